package hotlineclient

import (
	"context"
	"io"
	"iter"
	"math/rand/v2"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	hotlinev1 "hotline.example/crisis/hotline/v1"
)

const (
	giveUpAfter  = 2 * time.Minute        // of failures without progress
	firstBackoff = 200 * time.Millisecond // at most, before the first call that resumes; then twice that, and so on
	maxBackoff   = 5 * time.Second
)

// Cut is the end of a call before the end of its playback.
type Cut struct {
	Err    error         // how the call ended
	Behind int64         // ordinal of the last item that came; -1 before the first
	Wait   time.Duration // until the next call
}

// Follow plays the request to its end, over as many calls as that takes: where one is cut, the next goes on from the
// last position. Every item comes once, and in order.
//
// It yields the responses of all calls. An error is yielded once and is the last; without one the playback is complete.
// Leaving the loop, or ending ctx, ends the call. onCut is told of each cut.
func Follow(ctx context.Context, timeline hotlinev1.TimelineServiceClient, request *hotlinev1.StreamTimelineRequest,
	onCut func(Cut)) iter.Seq2[*hotlinev1.StreamTimelineResponse, error] {
	return func(yield func(*hotlinev1.StreamTimelineResponse, error) bool) {
		f := follower{timeline: timeline, request: proto.CloneOf(request), yield: yield, last: -1}
		for {
			again, err := f.call(ctx)
			if err == nil {
				return
			}
			wait := f.wait(err)
			if !again || time.Since(f.failingSince)+wait > giveUpAfter {
				yield(nil, err)
				return
			}
			onCut(Cut{Err: err, Behind: f.last, Wait: wait})
			select {
			case <-time.After(wait):
			case <-ctx.Done(): // the next call says so
			}
		}
	}
}

// Within is fn's result, or DEADLINE_EXCEEDED where fn takes longer than limit; then cancel has ended the call.
func Within[T any](limit time.Duration, cancel context.CancelFunc, fn func() (T, error)) (T, error) {
	timer := time.AfterFunc(limit, cancel)
	result, err := fn()
	if !timer.Stop() {
		return result, status.Errorf(codes.DeadlineExceeded, "no message for %v", limit)
	}
	return result, err
}

type follower struct {
	timeline hotlinev1.TimelineServiceClient
	request  *hotlinev1.StreamTimelineRequest
	yield    func(*hotlinev1.StreamTimelineResponse, error) bool

	last         int64              // ordinal of the last item
	begun        bool               // whether a message came in any call
	closing      *hotlinev1.Closing // of the last call
	failures     int                // calls that ended since the last progress
	failingSince time.Time          // when the first of them did
}

// call makes one call. Without an error the playback is complete, or the reader has left; with one, again says whether
// it is worth another call.
func (f *follower) call(ctx context.Context) (again bool, err error) {
	callCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	f.closing = nil
	silence := f.longestSilence()
	stream, err := Within(silence, cancel, func() (hotlinev1.TimelineService_StreamTimelineClient, error) {
		return f.timeline.StreamTimeline(callCtx, f.request)
	})
	for err == nil {
		var response *hotlinev1.StreamTimelineResponse
		if response, err = Within(silence, cancel, stream.Recv); err != nil {
			break
		}
		if defect := f.take(response); defect != nil {
			return false, defect
		}
		if !f.yield(response, nil) {
			return false, nil
		}
	}
	if f.isComplete() {
		return false, nil
	}
	if err == io.EOF { // the status was OK, which some proxies make of a broken connection
		err = status.Error(codes.Unavailable, "the call ended without closing the playback")
	}
	return ctx.Err() == nil && !f.isFinal(err), err
}

// take remembers where the playback is.
func (f *follower) take(response *hotlinev1.StreamTimelineResponse) error {
	opened := response.GetOpened()
	if opened != nil && (!f.begun || opened.GetOutcome() == hotlinev1.OpenedOutcome_OPENED_OUTCOME_CONTINUED) {
		f.last = opened.GetFirstOrdinal() - 1
	}
	f.begun = true
	f.request.From = &hotlinev1.StreamTimelineRequest_FromPosition{FromPosition: response.GetPosition()}
	if closing := response.GetClosing(); closing != nil {
		f.closing = closing
	}
	if len(response.GetItems()) > 0 || response.GetHeartbeat() != nil {
		f.failures = 0
	}
	for _, item := range response.GetItems() {
		if item.GetOrdinal() != f.last+1 {
			return status.Errorf(codes.DataLoss, "item %d came behind item %d", item.GetOrdinal(), f.last)
		}
		f.last = item.GetOrdinal()
	}
	return nil
}

// isComplete says whether the server is done with the playback, and not merely with the call.
func (f *follower) isComplete() bool {
	switch f.closing.GetReason() {
	case hotlinev1.ClosingReason_CLOSING_REASON_END, hotlinev1.ClosingReason_CLOSING_REASON_STOPPED,
		hotlinev1.ClosingReason_CLOSING_REASON_HALF_CLOSED, hotlinev1.ClosingReason_CLOSING_REASON_IDLE:
		return true
	}
	return false
}

// isFinal says whether another call would end as this one did.
func (f *follower) isFinal(err error) bool {
	switch status.Code(err) {
	case codes.Unavailable, codes.ResourceExhausted, codes.Canceled: // CANCELLED: this client read too slowly
		return false
	case codes.Internal, codes.Unknown, codes.DeadlineExceeded: // of the way, unless the server itself says so
		return detail[*errdetails.ErrorInfo](err).GetDomain() == "hotline"
	}
	return !f.begun || detail[*errdetails.ErrorInfo](err).GetDomain() == "hotline"
}

// wait counts a failure and returns how long to wait behind it: as long as the server asks, and a random time, so that
// the clients of a server that died do not all come back at once.
func (f *follower) wait(err error) time.Duration {
	if f.failures++; f.failures == 1 {
		f.failingSince = time.Now()
	}
	asked := f.closing.GetRetryAfter()
	if asked == nil {
		asked = detail[*errdetails.RetryInfo](err).GetRetryDelay()
	}
	backoff := min(maxBackoff, firstBackoff<<min(f.failures-1, 10))
	return asked.AsDuration() + rand.N(backoff)
}

// longestSilence is three heartbeats: a call that is silent for longer is dead.
func (f *follower) longestSilence() time.Duration {
	if interval := f.request.GetHeartbeatInterval(); interval != nil {
		return max(15*time.Second, 3*interval.AsDuration())
	}
	return 15 * time.Second
}
