// Adapter runs cases of the conformance test with Go's gRPC and Protobuf: one JSON object a line comes in, one goes out.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	_ "hotline.example/crisis/hotline/v1" // registers the services and the generated types of their messages
	"hotline.example/crisis/hotlineclient"
)

type conformanceCase struct {
	Name     string  `json:"name"`
	Server   string  `json:"server"`
	Method   string  `json:"method"`
	Deadline float64 `json:"deadline"` // in seconds
	Script   []step  `json:"script"`
}

type step struct {
	Message   json.RawMessage `json:"message"`
	HalfClose bool            `json:"half_close"`
	Cancel    bool            `json:"cancel"`
	After     int             `json:"after"` // responses

	request proto.Message // Message, once it was read
}

type answer struct {
	Name      string            `json:"name"`
	Responses []json.RawMessage `json:"responses"`
	Code      string            `json:"code"`
	Message   string            `json:"message"`
	Reason    string            `json:"reason"`
	Metadata  map[string]string `json:"metadata"`
	Fields    []string          `json:"fields"`
	Resource  string            `json:"resource"`
}

type refusal struct {
	Name    string `json:"name"`
	Refused string `json:"refused"`
}

func main() {
	connections := map[string]*grpc.ClientConn{}
	input, output := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var c conformanceCase
		if err := input.Decode(&c); err == io.EOF {
			return
		} else if err != nil {
			fail(err)
		}
		if connections[c.Server] == nil {
			connection, err := hotlineclient.Dial(c.Server)
			if err != nil {
				fail(err)
			}
			connections[c.Server] = connection
		}
		if err := output.Encode(run(connections[c.Server], c)); err != nil {
			fail(err)
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "adapter:", err)
	os.Exit(1)
}

// run returns an answer, or a refusal where Go itself takes none of the requests.
func run(connection *grpc.ClientConn, c conformanceCase) any {
	method, err := findMethod(c.Method)
	if err != nil {
		return refusal{c.Name, err.Error()}
	}
	for i := range c.Script {
		if step := &c.Script[i]; step.Message != nil {
			if step.request, err = newMessage(method.Input()); err == nil {
				err = protojson.Unmarshal(step.Message, step.request)
			}
			if err != nil {
				return refusal{c.Name, err.Error()}
			}
		}
	}
	responses, err := call(connection, method, c)
	return describe(c.Name, responses, err)
}

// call carries out the script, and returns all responses and how the call ended.
func call(connection *grpc.ClientConn, method protoreflect.MethodDescriptor, c conformanceCase) ([]json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(c.Deadline*float64(time.Second)))
	defer cancel()
	responses := []json.RawMessage{}
	description := &grpc.StreamDesc{ClientStreams: method.IsStreamingClient(), ServerStreams: method.IsStreamingServer()}
	stream, err := connection.NewStream(ctx, description, "/"+c.Method)
	if err != nil {
		return responses, err
	}
	script := c.Script
	for {
		for len(script) > 0 && script[0].After <= len(responses) {
			switch step := script[0]; {
			case step.request != nil:
				// Its error only says that the call has ended; RecvMsg's says why.
				if err := stream.SendMsg(step.request); err != nil && err != io.EOF {
					return responses, err
				}
			case step.HalfClose:
				stream.CloseSend()
			case step.Cancel:
				cancel()
			}
			script = script[1:]
		}
		response, err := newMessage(method.Output())
		if err != nil {
			return responses, err
		}
		if err := stream.RecvMsg(response); err == io.EOF {
			return responses, nil
		} else if err != nil {
			return responses, err
		}
		text, err := protojson.Marshal(response)
		if err != nil {
			return responses, err
		}
		responses = append(responses, text)
		if !method.IsStreamingServer() {
			return responses, nil
		}
	}
}

// findMethod finds "hotline.v1.ArchiveService/GetDocument".
func findMethod(name string) (protoreflect.MethodDescriptor, error) {
	full := protoreflect.FullName(strings.Replace(name, "/", ".", 1))
	if descriptor, err := protoregistry.GlobalFiles.FindDescriptorByName(full); err == nil {
		if method, ok := descriptor.(protoreflect.MethodDescriptor); ok {
			return method, nil
		}
	}
	return nil, fmt.Errorf("the generated code has no method %q", name)
}

// newMessage returns an empty message of the generated type.
func newMessage(descriptor protoreflect.MessageDescriptor) (proto.Message, error) {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(descriptor.FullName())
	if err != nil {
		return nil, err
	}
	return kind.New().Interface(), nil
}

func describe(name string, responses []json.RawMessage, err error) answer {
	result := answer{
		Name:      name,
		Responses: responses,
		Code:      hotlineclient.CodeName(status.Code(err)),
		Message:   status.Convert(err).Message(),
		Metadata:  map[string]string{},
		Fields:    []string{},
	}
	for _, detail := range status.Convert(err).Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			result.Reason = detail.GetReason()
			if detail.Metadata != nil {
				result.Metadata = detail.Metadata
			}
		case *errdetails.BadRequest:
			for _, violation := range detail.GetFieldViolations() {
				result.Fields = append(result.Fields, violation.GetField())
			}
		case *errdetails.ResourceInfo:
			result.Resource = detail.GetResourceName()
		}
	}
	return result
}
