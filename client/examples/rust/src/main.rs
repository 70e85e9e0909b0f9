//! `crisis [--server=HOST:PORT] COMMAND [ARGUMENT]`: five things that a client of Hotline does.

mod commands;
mod play;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use crisis::connection;
use crisis::failure::Failure;
use tonic::Status;
use tonic::transport::Channel;

const USAGE: &str = "\
usage: crisis [--server=HOST:PORT] COMMAND
  day 1962-10-27          documents of a day
  show kk-09              a document and what is claimed about its date
  search 'quarantine'     documents with these words
  play                    the crisis, with a pause and a jump
  follow [SECONDS_A_DAY]  everything, also where the server dies on the way
The server is that of $HOTLINE_SERVER, or localhost:50051, where none is given.";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let mut address = env::var("HOTLINE_SERVER").unwrap_or("localhost:50051".to_string());
    if let Some(server) = arguments.first().and_then(|first| first.strip_prefix("--server=")) {
        address = server.to_string();
        arguments.remove(0);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&address, &arguments).await {
        None => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(error)) => {
            match error.downcast_ref::<Status>() {
                Some(status) => eprintln!("{}", Failure(status)),
                None => eprintln!("{error}"),
            }
            ExitCode::FAILURE
        }
    }
}

/// None: the command line is none.
async fn run(address: &str, arguments: &[&str]) -> Option<Result<(), Box<dyn Error>>> {
    let channel: Channel = match connection::connect(address) {
        Ok(channel) => channel,
        Err(error) => return Some(Err(format!("{address} is no HOST:PORT: {error}").into())),
    };
    Some(match *arguments {
        ["day", day] => commands::day(channel, day).await,
        ["show", id] => commands::show(channel, id).await,
        ["search", query] => commands::search(channel, query).await,
        ["play"] => play::play(channel).await,
        ["follow"] => commands::follow(channel, 3.0).await,
        ["follow", seconds] => commands::follow(channel, seconds.parse().ok()?).await,
        _ => return None,
    })
}
