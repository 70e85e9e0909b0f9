// Crisis asks a Hotline server about the letters of October 1962, and plays them.
package main

//go:generate ./generate.sh

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	hotlinev1 "hotline.example/crisis/hotline/v1"
	"hotline.example/crisis/hotlineclient"
)

const (
	unaryDeadline  = 5 * time.Second
	longestSilence = 15 * time.Second // of a playback, which sends a heartbeat every 5 s
)

const usage = `usage: crisis [--server=HOST:PORT] COMMAND [ARGUMENT]
  day 1962-10-27          documents that are, or may be, of this day
  show kk-09              one document, with every claim about its date
  search 'quarantine'     documents with these words
  play                    the crisis, with a pause and a jump
  follow [SECONDS_A_DAY]  everything, also where the server dies on the way
The server is $HOTLINE_SERVER by default, or else localhost:50051.
`

func main() {
	server := os.Getenv("HOTLINE_SERVER")
	if server == "" {
		server = "localhost:50051"
	}
	flag.StringVar(&server, "server", server, "")
	flag.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	flag.Parse()

	command := parse(flag.Args())
	if command == nil {
		flag.Usage()
		os.Exit(2)
	}
	connection, err := hotlineclient.Dial(server)
	if err != nil { // no address
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	defer connection.Close()
	err = command(crisis{
		archive:  hotlinev1.NewArchiveServiceClient(connection),
		timeline: hotlinev1.NewTimelineServiceClient(connection),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, hotlineclient.Describe(err))
		os.Exit(1)
	}
}

type crisis struct {
	archive  hotlinev1.ArchiveServiceClient
	timeline hotlinev1.TimelineServiceClient
}

// parse returns what the command line asks for, or nil where it makes no sense.
func parse(arguments []string) func(crisis) error {
	if len(arguments) == 0 {
		return nil
	}
	command, rest := arguments[0], arguments[1:]
	switch {
	case command == "day" && len(rest) == 1:
		return func(c crisis) error { return c.day(rest[0]) }
	case command == "show" && len(rest) == 1:
		return func(c crisis) error { return c.show(rest[0]) }
	case command == "search" && len(rest) == 1:
		return func(c crisis) error { return c.search(rest[0]) }
	case command == "play" && len(rest) == 0:
		return crisis.play
	case command == "follow" && len(rest) <= 1:
		seconds := 3.0
		if len(rest) == 1 {
			var err error
			if seconds, err = strconv.ParseFloat(rest[0], 64); err != nil || !(seconds > 0 && seconds < math.MaxInt32) {
				return nil
			}
		}
		return func(c crisis) error { return c.follow(time.Duration(seconds * float64(time.Second))) }
	}
	return nil
}

func (c crisis) day(day string) error {
	request := &hotlinev1.ListDocumentsRequest{
		Filter:   &hotlinev1.DocumentFilter{Window: &hotlinev1.TimeWindow{FirstDay: day, LastDay: day}},
		ReadMask: &fieldmaskpb.FieldMask{Paths: []string{"name", "title"}},
	}
	for {
		response, err := unary(c.archive.ListDocuments, request)
		if err != nil {
			return err
		}
		for i, document := range response.GetDocuments() {
			certainty := strings.ToLower(shortName(response.GetCertainties()[i], "CERTAINTY_"))
			fmt.Printf("%s  %s  %s\n", id(document), certainty, document.GetTitle())
		}
		if request.PageToken = response.GetNextPageToken(); request.PageToken == "" {
			fmt.Printf("%d documents, days of %s\n", response.GetTotalSize(), response.GetTimeZone())
			return nil
		}
	}
}

func (c crisis) show(id string) error {
	response, err := unary(c.archive.GetDocument, &hotlinev1.GetDocumentRequest{Name: "documents/" + id})
	if err != nil {
		return err
	}
	document := response.GetDocument()
	fmt.Printf("%s  %s\n", document.GetName(), document.GetTitle())
	for i, claim := range document.GetDates() {
		preferred := ""
		if i == 0 {
			preferred = "  preferred"
		}
		date := claim.GetDate()
		fmt.Printf("  %s  %s/%s  %s%s\n", date.GetEdtf(), instant(date.GetEarliest()), instant(date.GetLatest()),
			claim.GetSource(), preferred)
	}
	return nil
}

func (c crisis) search(query string) error {
	request := &hotlinev1.SearchDocumentsRequest{
		Query:    query,
		ReadMask: &fieldmaskpb.FieldMask{Paths: []string{"name", "title"}},
	}
	for {
		response, err := unary(c.archive.SearchDocuments, request)
		if err != nil {
			return err
		}
		for _, hit := range response.GetHits() {
			fmt.Printf("%.2f  %s  %s\n", hit.GetScore(), id(hit.GetDocument()), hit.GetDocument().GetTitle())
		}
		if request.PageToken = response.GetNextPageToken(); request.PageToken == "" {
			fmt.Printf("%d hits\n", response.GetTotalSize())
			return nil
		}
	}
}

// play plays three days, pauses at the first event, jumps to the last letter, and leaves at the end.
func (c crisis) play() error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	open := func() (hotlinev1.TimelineService_PlayTimelineClient, error) { return c.timeline.PlayTimeline(ctx) }
	stream, err := hotlineclient.Within(longestSilence, cancel, open)
	if err != nil {
		return err
	}
	// The errors of Send and CloseSend only say that the call has ended; Recv's says why.
	stream.Send(&hotlinev1.PlayTimelineRequest{Request: &hotlinev1.PlayTimelineRequest_Start{
		Start: &hotlinev1.PlaybackStart{
			Selection: &hotlinev1.TimelineSelection{FirstDay: "1962-10-26", LastDay: "1962-10-28"},
			From:      &hotlinev1.PlaybackStart_FromEvent{FromEvent: "documents/kk-08/events/1"},
			Pace:      pace(24 * time.Second),
		},
	}})
	control := func(control *hotlinev1.PlaybackControl) {
		stream.Send(&hotlinev1.PlayTimelineRequest{Request: &hotlinev1.PlayTimelineRequest_Control{Control: control}})
	}
	paused := false
	for {
		response, err := hotlineclient.Within(longestSilence, cancel, stream.Recv)
		if err != nil {
			return err
		}
		for _, item := range response.GetItems() {
			printItem(item)
			if item.GetEvent() != nil && !paused {
				paused = true
				control(&hotlinev1.PlaybackControl{ControlId: 1, Play: new(false)})
			}
			if item.GetEndOfTimeline() != nil {
				stream.CloseSend()
			}
		}
		if applied := response.GetControlApplied(); applied != nil {
			if err := refusal(applied); err != nil {
				return err
			}
			switch applied.GetControlId() {
			case 1:
				fmt.Println("paused")
				control(&hotlinev1.PlaybackControl{
					ControlId: 2,
					Seek:      &hotlinev1.PlaybackControl_SeekEvent{SeekEvent: "documents/kk-12/events/1"},
					Pace:      briskPace(2 * time.Second),
					Play:      new(true),
				})
			case 2:
				fmt.Printf("sought: going on at ordinal %d\n", applied.GetFirstOrdinal())
			}
		}
		if closing := response.GetClosing(); closing != nil {
			fmt.Printf("closed: %s\n", shortName(closing.GetReason(), "CLOSING_REASON_"))
			return nil
		}
	}
}

// follow plays everything, and outlives the server.
func (c crisis) follow(day time.Duration) error {
	request := &hotlinev1.StreamTimelineRequest{Pace: briskPace(day)}
	onCut := func(cut hotlineclient.Cut) {
		fmt.Fprintf(os.Stderr, "cut (%s), going on behind ordinal %d in %.1f s\n",
			hotlineclient.CodeName(status.Code(cut.Err)), cut.Behind, cut.Wait.Seconds())
	}
	events := 0
	for response, err := range hotlineclient.Follow(context.Background(), c.timeline, request, onCut) {
		if err != nil {
			return err
		}
		for _, item := range response.GetItems() {
			printItem(item)
			if item.GetEvent() != nil {
				events++
			}
		}
	}
	fmt.Printf("complete: %d events\n", events)
	return nil
}

func unary[Request, Response any](
	method func(context.Context, Request, ...grpc.CallOption) (Response, error), request Request) (Response, error) {
	ctx, cancel := context.WithTimeout(context.Background(), unaryDeadline)
	defer cancel()
	return method(ctx, request)
}

// refusal is the error of a control that was not applied, or nil.
func refusal(applied *hotlinev1.ControlApplied) error {
	if applied.GetCode() == 0 {
		return nil
	}
	refused, err := status.New(codes.Code(applied.GetCode()), applied.GetMessage()).
		WithDetails(&errdetails.ErrorInfo{Reason: applied.GetReason(), Domain: "hotline"})
	if err != nil {
		return err
	}
	return refused.Err()
}

func printItem(item *hotlinev1.TimelineItem) {
	what := "something newer than this program"
	switch item := item.GetItem().(type) {
	case *hotlinev1.TimelineItem_DayStarted:
		what = fmt.Sprintf("day %s, events: %d", item.DayStarted.GetDay(), item.DayStarted.GetEventCount())
	case *hotlinev1.TimelineItem_Event:
		document := item.Event.GetDocument()
		kind := shortName(item.Event.GetEvent().GetType(), "EVENT_TYPE_")
		what = fmt.Sprintf("%s %s  %s", id(document), kind, document.GetTitle())
	case *hotlinev1.TimelineItem_EndOfTimeline:
		what = "end"
	}
	fmt.Printf("%3d  %s  %s\n", item.GetOrdinal(), instant(item.GetTime()), what)
}

func id(document *hotlinev1.Document) string {
	return strings.TrimPrefix(document.GetName(), "documents/")
}

func shortName(value fmt.Stringer, prefix string) string {
	return strings.TrimPrefix(value.String(), prefix)
}

func instant(at *timestamppb.Timestamp) string { return at.AsTime().Format(time.RFC3339Nano) }

// pace is such that a day of history lasts as long as that.
func pace(day time.Duration) *hotlinev1.Pace {
	return &hotlinev1.Pace{Kind: &hotlinev1.Pace_DayLength{DayLength: durationpb.New(day)}}
}

// briskPace is pace, but for the nights.
func briskPace(day time.Duration) *hotlinev1.Pace {
	pace := pace(day)
	pace.LongestWait = durationpb.New(500 * time.Millisecond)
	return pace
}
