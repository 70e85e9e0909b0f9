//! What an error of the server says besides its code: why, and which fields were wrong.

use std::error::Error;
use std::fmt;
use std::iter::successors;

use tonic::{Code, Status};
use tonic_types::StatusExt;

/// Prints a status with its details: `CODE REASON: MESSAGE`, then a line for each field that was wrong.
pub struct Failure<'a>(pub &'a Status);

impl fmt::Display for Failure<'_> {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let details = self.0.get_error_details();
        write!(out, "{}", code_name(self.0.code()))?;
        if let Some(info) = details.error_info() {
            write!(out, " {}", info.reason)?;
        }
        write!(out, ": {}", self.0.message())?;
        if let Some(cause) = successors(self.0.source(), |&error| error.source()).last() {
            write!(out, ": {cause}")?; // of an error that did not come from the server
        }
        for violation in details.bad_request().iter().flat_map(|request| &request.field_violations) {
            write!(out, "\n  {}: {}", violation.field, violation.description)?;
        }
        Ok(())
    }
}

/// The code as every other language writes it: NOT_FOUND. tonic has it as `NotFound` only.
pub fn code_name(code: Code) -> String {
    let mut name = String::new();
    for letter in format!("{code:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}
