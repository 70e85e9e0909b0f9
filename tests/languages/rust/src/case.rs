//! A case and its answer as JSON, and messages between JSON and the types of prost.

use std::error::Error;
use std::sync::LazyLock;
use std::time::Duration;

use crisis::failure::code_name;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use serde_json::{Value, json};
use tonic::Status;
use tonic_types::StatusExt;

static DESCRIPTORS: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(crisis::v1::DESCRIPTORS).expect("build.rs of the example wrote them"));

pub struct Case {
    pub name: String,
    pub server: String,
    pub method: String,
    pub deadline: Duration,
    script: Value,
}

/// What came of a call: the responses as JSON, and how it ended.
pub struct Outcome {
    pub responses: Vec<Value>,
    pub status: Status,
}

/// Why a request was not sent.
pub struct Refusal(pub String);

/// What to do once so many responses have been received.
pub struct Step<Q> {
    pub after: usize,
    pub action: Action<Q>,
}

pub enum Action<Q> {
    Send(Q),
    HalfClose,
    Cancel,
}

impl Case {
    pub fn parse(line: &str) -> Result<Case, Box<dyn Error>> {
        let case: Value = serde_json::from_str(line)?;
        let text = |key: &str| case[key].as_str().map(str::to_string).ok_or(format!("no {key} in {line}"));
        Ok(Case {
            name: text("name")?,
            server: text("server")?,
            method: text("method")?,
            deadline: Duration::try_from_secs_f64(case["deadline"].as_f64().ok_or("no deadline")?)?,
            script: case["script"].clone(),
        })
    }

    /// The script, its messages as the client has them.
    pub fn script<Q: Message + Default>(&self) -> Result<Vec<Step<Q>>, Refusal> {
        let input = self.types()?.0;
        let steps = self.script.as_array().ok_or(Refusal("the case has no script".to_string()))?;
        steps
            .iter()
            .map(|step| {
                let action = match step {
                    _ if step["half_close"] == true => Action::HalfClose,
                    _ if step["cancel"] == true => Action::Cancel,
                    _ => Action::Send(from_json(&input, &step["message"]).map_err(|error| Refusal(error.to_string()))?),
                };
                Ok(Step { after: step["after"].as_u64().unwrap_or(0) as usize, action })
            })
            .collect()
    }

    /// A response in Protobuf's JSON form.
    pub fn to_json(&self, response: &impl Message) -> Result<Value, Refusal> {
        let output = self.types()?.1;
        let message = DynamicMessage::decode(output, response.encode_to_vec().as_slice());
        let json = message.map(serde_json::to_value).map_err(|error| Refusal(error.to_string()))?;
        json.map_err(|error| Refusal(error.to_string()))
    }

    pub fn answer(&self, outcome: Result<Outcome, Refusal>) -> Value {
        match outcome {
            Err(Refusal(why)) => json!({"name": self.name, "refused": why}),
            Ok(Outcome { responses, status }) => {
                let details = status.get_error_details();
                let info = details.error_info();
                let violations = details.bad_request().map_or(&[][..], |request| &request.field_violations);
                json!({
                    "name": self.name,
                    "responses": responses,
                    "code": code_name(status.code()),
                    "message": status.message(),
                    "reason": info.map_or("", |info| &info.reason),
                    "metadata": info.map(|info| info.metadata.clone()).unwrap_or_default(),
                    "fields": violations.iter().map(|violation| &violation.field).collect::<Vec<_>>(),
                    "resource": details.resource_info().map_or("", |resource| &resource.resource_name),
                })
            }
        }
    }

    /// The messages that the method takes and returns.
    fn types(&self) -> Result<(MessageDescriptor, MessageDescriptor), Refusal> {
        let method = self.method.split_once('/').and_then(|(service, name)| {
            DESCRIPTORS.get_service_by_name(service)?.methods().find(|method| method.name() == name)
        });
        let method = method.ok_or(Refusal(format!("the schema has no {}", self.method)))?;
        Ok((method.input(), method.output()))
    }
}

fn from_json<Q: Message + Default>(input: &MessageDescriptor, json: &Value) -> Result<Q, Box<dyn Error>> {
    Ok(DynamicMessage::deserialize(input.clone(), json)?.transcode_to()?)
}
