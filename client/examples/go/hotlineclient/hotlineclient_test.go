package hotlineclient

import (
	"context"
	"net"
	"slices"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"

	hotlinev1 "hotline.example/crisis/hotline/v1"
)

type response = hotlinev1.StreamTimelineResponse

// script is what a server does in its calls, one after the other. It keeps the positions with which they began.
type script struct {
	hotlinev1.UnimplementedArchiveServiceServer
	hotlinev1.UnimplementedTimelineServiceServer
	calls     []scriptedCall
	positions []string
}

type scriptedCall struct {
	responses []*response
	end       error
}

func (s *script) next() scriptedCall {
	if len(s.calls) == 0 {
		return scriptedCall{end: status.Error(codes.Unimplemented, "a call too many")}
	}
	call := s.calls[0]
	s.calls = s.calls[1:]
	return call
}

func (s *script) StreamTimeline(request *hotlinev1.StreamTimelineRequest,
	stream grpc.ServerStreamingServer[response]) error {
	s.positions = append(s.positions, request.GetFromPosition())
	call := s.next()
	for _, response := range call.responses {
		if err := stream.Send(response); err != nil {
			return err
		}
	}
	return call.end
}

func (s *script) GetCorpus(context.Context, *hotlinev1.GetCorpusRequest) (*hotlinev1.GetCorpusResponse, error) {
	return &hotlinev1.GetCorpusResponse{}, s.next().end
}

// serve serves a script on a free port, and returns a connection to it.
func serve(t *testing.T, s *script) *grpc.ClientConn {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	hotlinev1.RegisterArchiveServiceServer(server, s)
	hotlinev1.RegisterTimelineServiceServer(server, s)
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	connection, err := Dial(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return connection
}

func opened(first int64, position string) *response {
	return &response{Position: position, Content: &hotlinev1.StreamTimelineResponse_Opened{
		Opened: &hotlinev1.PlaybackOpened{FirstOrdinal: first}}}
}

func item(ordinal int64, position string) *response {
	return &response{Position: position, Items: []*hotlinev1.TimelineItem{{Ordinal: ordinal}}}
}

func closing(reason hotlinev1.ClosingReason, position string, retryAfter time.Duration) *response {
	return &response{Position: position, Content: &hotlinev1.StreamTimelineResponse_Closing{
		Closing: &hotlinev1.Closing{Reason: reason, RetryAfter: durationpb.New(retryAfter)}}}
}

func failure(code codes.Code, details ...protoadapt.MessageV1) error {
	withDetails, err := status.New(code, "scripted").WithDetails(details...)
	if err != nil {
		panic(err)
	}
	return withDetails.Err()
}

func TestFollow(t *testing.T) {
	const end, draining = hotlinev1.ClosingReason_CLOSING_REASON_END, hotlinev1.ClosingReason_CLOSING_REASON_DRAINING
	hotline := &errdetails.ErrorInfo{Domain: "hotline", Reason: "SCRIPTED"}
	retry := &errdetails.RetryInfo{RetryDelay: durationpb.New(300 * time.Millisecond)}
	rest := scriptedCall{responses: []*response{opened(7, "d"), item(7, "e"), closing(end, "f", 0)}}

	for name, test := range map[string]struct {
		calls     []scriptedCall
		ordinals  []int64
		positions []string      // with which calls began
		asked     time.Duration // waited at least at the first cut
		code      codes.Code
	}{
		"goes on behind the last position where a call ends OK without closing": {
			calls:     []scriptedCall{{responses: []*response{opened(5, "a"), item(5, "b"), item(6, "c")}}, rest},
			ordinals:  []int64{5, 6, 7},
			positions: []string{"", "c"},
		},
		"waits as long as closing asks": {
			calls: []scriptedCall{{
				responses: []*response{opened(6, "a"), item(6, "b"), closing(draining, "c", 400*time.Millisecond)},
				end:       failure(codes.Unavailable, hotline),
			}, rest},
			ordinals:  []int64{6, 7},
			positions: []string{"", "c"},
			asked:     400 * time.Millisecond,
		},
		"waits as long as RetryInfo asks": {
			calls:     []scriptedCall{{end: failure(codes.ResourceExhausted, hotline, retry)}, rest},
			ordinals:  []int64{7},
			positions: []string{"", ""},
			asked:     300 * time.Millisecond,
		},
		"takes an INTERNAL of the way for a cut": {
			calls: []scriptedCall{
				{responses: []*response{opened(6, "a"), item(6, "b")}, end: failure(codes.Internal)}, rest},
			ordinals:  []int64{6, 7},
			positions: []string{"", "b"},
		},
		"is complete at the closing END whatever the status": {
			calls:     []scriptedCall{{responses: rest.responses, end: failure(codes.Unavailable)}},
			ordinals:  []int64{7},
			positions: []string{""},
		},
		"ends where the server says that the position is none": {
			calls: []scriptedCall{
				{responses: []*response{opened(6, "a"), item(6, "b")}, end: failure(codes.Unavailable)},
				{end: failure(codes.FailedPrecondition, hotline)},
			},
			ordinals:  []int64{6},
			positions: []string{"", "b"},
			code:      codes.FailedPrecondition,
		},
		"ends where nothing ever came but NOT_FOUND": {
			calls:     []scriptedCall{{end: failure(codes.NotFound)}},
			positions: []string{""},
			code:      codes.NotFound,
		},
		"ends where an item is missing": {
			calls: []scriptedCall{
				{responses: []*response{opened(5, "a"), item(5, "b")}, end: failure(codes.Unavailable)}, rest},
			ordinals:  []int64{5},
			positions: []string{"", "b"},
			code:      codes.DataLoss,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{calls: test.calls}
			timeline := hotlinev1.NewTimelineServiceClient(serve(t, s))
			var cuts []Cut
			var ordinals []int64
			var end error
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			for response, err := range Follow(ctx, timeline, &hotlinev1.StreamTimelineRequest{},
				func(cut Cut) { cuts = append(cuts, cut) }) {
				end = err
				for _, item := range response.GetItems() {
					ordinals = append(ordinals, item.GetOrdinal())
				}
			}
			if status.Code(end) != test.code {
				t.Errorf("ended with %v, not %v", end, test.code)
			}
			if !slices.Equal(ordinals, test.ordinals) {
				t.Errorf("items %v, not %v", ordinals, test.ordinals)
			}
			if !slices.Equal(s.positions, test.positions) {
				t.Errorf("calls began at %q, not %q", s.positions, test.positions)
			}
			if test.asked > 0 && (len(cuts) == 0 || cuts[0].Wait < test.asked || cuts[0].Wait > test.asked+firstBackoff) {
				t.Errorf("cuts %v: not a first wait of %v and up to %v more", cuts, test.asked, firstBackoff)
			}
		})
	}
}

func TestFollowEndsWithItsContext(t *testing.T) {
	s := &script{calls: []scriptedCall{{end: failure(codes.Unavailable)}}}
	ctx, cancel := context.WithCancel(t.Context())
	var end error
	for _, err := range Follow(ctx, hotlinev1.NewTimelineServiceClient(serve(t, s)), &hotlinev1.StreamTimelineRequest{},
		func(Cut) { cancel() }) {
		end = err
	}
	if status.Code(end) != codes.Canceled {
		t.Errorf("ended with %v", end)
	}
}

func TestUnaryCallsAreTriedAgainWhereTheServerIsGoing(t *testing.T) {
	s := &script{calls: []scriptedCall{{end: failure(codes.Unavailable)}, {end: failure(codes.Unavailable)}, {}}}
	if _, err := hotlinev1.NewArchiveServiceClient(serve(t, s)).GetCorpus(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func TestDescribeHasReasonAndFields(t *testing.T) {
	err := failure(codes.InvalidArgument, &errdetails.ErrorInfo{Domain: "hotline", Reason: "INVALID_FIELD"},
		&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: "name", Description: "bad"}}})
	if text := Describe(err); text != "INVALID_ARGUMENT INVALID_FIELD: scripted\n  name: bad" {
		t.Error(text)
	}
	if text := Describe(failure(codes.NotFound)); text != "NOT_FOUND: scripted" {
		t.Error(text)
	}
}
