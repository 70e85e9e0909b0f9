//! Calls of each kind, as a script says when to send, to close and to cancel.

use std::future::pending;

use prost::Message;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::{Code, Request, Response, Status, Streaming};

use crate::case::{Action, Case, Outcome, Refusal, Step};

pub async fn unary<Q: Message + Default, A: Message>(
    case: &Case,
    mut send: impl AsyncFnMut(Request<Q>) -> Result<Response<A>, Status>,
) -> Result<Outcome, Refusal> {
    let (message, rest) = first_message(case.script()?)?;
    converse(case, rest, None, async |deliver| {
        deliver(send(request(case, message)).await?.into_inner());
        Ok(())
    })
    .await
}

pub async fn server_streaming<Q: Message + Default, A: Message>(
    case: &Case,
    mut send: impl AsyncFnMut(Request<Q>) -> Result<Response<Streaming<A>>, Status>,
) -> Result<Outcome, Refusal> {
    let (message, rest) = first_message(case.script()?)?;
    converse(case, rest, None, async |deliver| read_all(send(request(case, message)).await?, deliver).await).await
}

pub async fn bidi_streaming<Q: Message + Default + 'static, A: Message>(
    case: &Case,
    mut send: impl AsyncFnMut(Request<UnboundedReceiverStream<Q>>) -> Result<Response<Streaming<A>>, Status>,
) -> Result<Outcome, Refusal> {
    let (sender, messages) = mpsc::unbounded_channel();
    let messages = UnboundedReceiverStream::new(messages);
    converse(case, case.script()?, Some(sender), async |deliver| {
        read_all(send(request(case, messages)).await?, deliver).await
    })
    .await
}

/// Runs a call and its script beside each other, until the call ends, the script cancels it, or the deadline passes.
async fn converse<Q, A: Message>(
    case: &Case,
    script: Vec<Step<Q>>,
    sender: Option<mpsc::UnboundedSender<Q>>,
    call: impl AsyncFnOnce(&mut dyn FnMut(A)) -> Result<(), Status>,
) -> Result<Outcome, Refusal> {
    let deadline = Instant::now() + case.deadline;
    let (count, counted) = watch::channel(0);
    let mut received = Vec::new();
    let mut deliver = |response| {
        received.push(response);
        count.send_replace(received.len());
    };
    let ended = timeout_at(deadline, async {
        tokio::select! {
            biased; // the call first: what is cancelled at once should have begun
            ended = call(&mut deliver) => ended,
            cancelled = follow(script, sender, counted) => Err(cancelled),
        }
    });
    // tonic's own clock and the server's end a call that is late with other codes.
    let status = match ended.await {
        Ok(Ok(())) => Status::new(Code::Ok, ""),
        Ok(Err(status)) if Instant::now() < deadline => status,
        _ => Status::deadline_exceeded("the deadline has passed"),
    };
    let responses = received.iter().map(|response| case.to_json(response)).collect::<Result<_, _>>()?;
    Ok(Outcome { responses, status })
}

/// Does what the script says, each step when its time has come; returns only where that is to cancel.
async fn follow<Q>(
    script: Vec<Step<Q>>,
    mut sender: Option<mpsc::UnboundedSender<Q>>,
    mut counted: watch::Receiver<usize>,
) -> Status {
    for Step { after, action } in script {
        if counted.wait_for(|count| *count >= after).await.is_err() {
            break; // no response can come any more
        }
        match (action, &sender) {
            (Action::Cancel, _) => return Status::cancelled("cancelled by the client"),
            (Action::HalfClose, _) => sender = None,
            // Where the call is over, nobody takes it, and its own end says why.
            (Action::Send(message), Some(sender)) => drop(sender.send(message)),
            (Action::Send(_), None) => return Status::internal("the script sends on a side that is closed"),
        }
    }
    pending().await // keeps our side open
}

async fn read_all<A>(response: Response<Streaming<A>>, deliver: &mut dyn FnMut(A)) -> Result<(), Status> {
    let mut stream = response.into_inner();
    while let Some(message) = stream.message().await? {
        deliver(message);
    }
    Ok(())
}

fn first_message<Q>(mut script: Vec<Step<Q>>) -> Result<(Q, Vec<Step<Q>>), Refusal> {
    let rest = script.split_off(1.min(script.len()));
    match script.pop() {
        Some(Step { action: Action::Send(message), .. }) => Ok((message, rest)),
        _ => Err(Refusal("the script of such a call begins with its message".to_string())),
    }
}

fn request<T>(case: &Case, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(case.deadline);
    request
}
