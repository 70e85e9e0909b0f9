package hotlineclient

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Describe returns "CODE REASON: MESSAGE", and a line for each field that was wrong.
func Describe(err error) string {
	var text strings.Builder
	text.WriteString(CodeName(status.Code(err)))
	if info := detail[*errdetails.ErrorInfo](err); info != nil {
		text.WriteString(" " + info.GetReason())
	}
	text.WriteString(": " + status.Convert(err).Message())
	for _, violation := range detail[*errdetails.BadRequest](err).GetFieldViolations() {
		fmt.Fprintf(&text, "\n  %s: %s", violation.GetField(), violation.GetDescription())
	}
	return text.String()
}

// CodeName returns the code's name as every other language has it, "NOT_FOUND"; its own String is "NotFound".
func CodeName(c codes.Code) string { return code.Code(c).String() }

// detail returns the first detail of type T that the error's status carries, or nil.
func detail[T any](err error) T {
	details := status.Convert(err).Details()
	if i := slices.IndexFunc(details, func(d any) bool { _, is := d.(T); return is }); i >= 0 {
		return details[i].(T)
	}
	var none T
	return none
}
