//! The platform's GraphQL API: operations in, typed data out.
//!
//! Endpoints, credentials, retries and the next page in advance are the host's business.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ports::{EventsPort, GraphqlPort, PagesPort, RawCall, RawResponse};
use crate::{Error, Result};

/// Runs the pack's declared operations as the user.
///
/// Variables are anything that serde turns into an object: a struct, `json!({…})`, or `()` for none.
pub struct Graphql {
    port: Box<dyn GraphqlPort>,
}

/// One error beside the data of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldError {
    /// What the platform says.
    pub message: String,
    /// Where in the data, as names and indexes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Value>,
    /// The platform's code for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// Data with the errors of those fields that have none.
#[derive(Debug, Clone, PartialEq)]
pub struct Partial<T> {
    /// The data; fields that failed are null in it.
    pub data: T,
    /// What failed; empty when all is there.
    pub errors: Vec<FieldError>,
}

/// One of several calls for [`Graphql::execute_all`].
#[derive(Debug, Clone)]
pub struct Call {
    operation: String,
    variables: String,
}

impl Call {
    /// Prepares a call of `operation`.
    pub fn new(operation: impl AsRef<str>, variables: impl Serialize) -> Result<Self> {
        Ok(Call { operation: operation.as_ref().to_owned(), variables: object(&variables)? })
    }
}

impl Graphql {
    pub(crate) fn new(port: Box<dyn GraphqlPort>) -> Self {
        Graphql { port }
    }

    /// Runs a declared query or mutation and reads its data as `T`.
    ///
    /// An answer with errors is an error of kind `rejected`, even if there is data beside them;
    /// [`execute_partial`](Graphql::execute_partial) takes both.
    pub fn execute<T: DeserializeOwned>(
        &self,
        operation: impl AsRef<str>,
        variables: impl Serialize,
    ) -> Result<T> {
        let operation = operation.as_ref();
        whole(operation, self.port.execute(operation, &object(&variables)?)?)
    }

    /// Runs a declared query or mutation whose answer may be partial.
    pub fn execute_partial<T: DeserializeOwned>(
        &self,
        operation: impl AsRef<str>,
        variables: impl Serialize,
    ) -> Result<Partial<T>> {
        let operation = operation.as_ref();
        let response = self.port.execute(operation, &object(&variables)?)?;
        Ok(Partial { data: data(operation, &response)?, errors: errors(&response)? })
    }

    /// Runs several at once; the answers are in the order of `calls`.
    pub fn execute_all<T: DeserializeOwned>(&self, calls: impl IntoIterator<Item = Call>) -> Vec<Result<T>> {
        let calls: Vec<Call> = calls.into_iter().collect();
        let raw = calls
            .iter()
            .map(|call| RawCall { operation: call.operation.clone(), variables: call.variables.clone() })
            .collect();
        let answers = self.port.execute_all(raw);
        answers.into_iter().zip(&calls).map(|(answer, call)| whole(&call.operation, answer?)).collect()
    }

    /// Reads a Relay connection page by page; `connection` is its JSON Pointer in the data.
    ///
    /// The operation takes `first` and `after` and selects `pageInfo { hasNextPage endCursor }`.
    /// The iterator gives each page's nodes; the host fetches the next page meanwhile.
    pub fn pages<T: DeserializeOwned>(
        &self,
        operation: impl AsRef<str>,
        variables: impl Serialize,
        connection: &str,
    ) -> Result<Pages<T>> {
        let operation = operation.as_ref();
        let port = self.port.paginate(operation, &object(&variables)?, connection)?;
        Ok(Pages { port, operation: operation.to_owned(), ended: false, nodes: PhantomData })
    }

    /// Starts a declared subscription; the iterator waits for each event and ends with the stream.
    pub fn subscribe<T: DeserializeOwned>(
        &self,
        operation: impl AsRef<str>,
        variables: impl Serialize,
    ) -> Result<Events<T>> {
        let operation = operation.as_ref();
        let port = self.port.subscribe(operation, &object(&variables)?)?;
        Ok(Events { port, operation: operation.to_owned(), ended: false, data: PhantomData })
    }

    /// Runs a document built at run time against `api`; needs [`Request::dynamic`](crate::Request::dynamic).
    pub fn execute_document<T: DeserializeOwned>(
        &self,
        api: &str,
        document: &str,
        variables: impl Serialize,
    ) -> Result<T> {
        whole("the document", self.port.execute_document(api, document, &object(&variables)?)?)
    }
}

/// The pages of a connection; each item is one page's nodes.
pub struct Pages<T> {
    port: Box<dyn PagesPort>,
    operation: String,
    ended: bool,
    nodes: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Iterator for Pages<T> {
    type Item = Result<Vec<T>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let page = self.port.next().and_then(|page| {
            let Some(nodes) = page else { return Ok(None) };
            let nodes = nodes.iter().map(|node| read(&self.operation, node)).collect::<Result<_>>()?;
            Ok(Some(nodes))
        });
        self.ended = !matches!(page, Ok(Some(_)));
        page.transpose()
    }
}

/// The events of a subscription.
pub struct Events<T> {
    port: Box<dyn EventsPort>,
    operation: String,
    ended: bool,
    data: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Iterator for Events<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let event = self.port.next().and_then(|event| match event {
            Some(event) => whole(&self.operation, event).map(Some),
            None => Ok(None),
        });
        self.ended = !matches!(event, Ok(Some(_)));
        event.transpose()
    }
}

/// The JSON text of variables: `()` and none are the empty object.
fn object(variables: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string(variables)?;
    Ok(if text == "null" { "{}".to_owned() } else { text })
}

fn whole<T: DeserializeOwned>(operation: &str, response: RawResponse) -> Result<T> {
    let errors = errors(&response)?;
    let Some(first) = errors.first() else {
        return data(operation, &response);
    };
    let more = match errors.len() {
        1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    Err(Error::rejected(format!("the platform rejected `{operation}`: {}{more}", first.message))
        .details(serde_json::json!({ "errors": errors })))
}

fn data<T: DeserializeOwned>(operation: &str, response: &RawResponse) -> Result<T> {
    read(operation, &response.data)
}

fn read<T: DeserializeOwned>(operation: &str, json: &str) -> Result<T> {
    serde_json::from_str(json)
        .map_err(|error| Error::failed(format!("the answer to `{operation}` does not fit: {error}")))
}

fn errors(response: &RawResponse) -> Result<Vec<FieldError>> {
    if response.errors.is_empty() {
        return Ok(Vec::new());
    }
    Ok(serde_json::from_str::<Option<Vec<FieldError>>>(&response.errors)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ErrorKind;

    fn response(data: &str, errors: &str) -> RawResponse {
        RawResponse { data: data.to_owned(), errors: errors.to_owned() }
    }

    #[test]
    fn unit_and_none_are_no_variables() {
        assert_eq!(object(&()).unwrap(), "{}");
        assert_eq!(object(&None::<Value>).unwrap(), "{}");
        assert_eq!(object(&json!({"first": 1})).unwrap(), r#"{"first":1}"#);
    }

    #[test]
    fn an_answer_with_errors_is_rejected_though_it_has_data() {
        let errors = r#"[{"message":"no such field","path":["a",0],"code":"X"},{"message":"b"}]"#;
        let error = whole::<Value>("Ask", response(r#"{"a":1}"#, errors)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert_eq!(error.message(), "the platform rejected `Ask`: no such field (and 1 more)");
        assert_eq!(error.details_value().unwrap()["errors"][0]["code"], "X");
    }

    #[test]
    fn data_of_another_shape_names_the_operation() {
        let error = whole::<Vec<u8>>("Ask", response(r#"{"a":1}"#, "[]")).unwrap_err();
        assert!(error.message().starts_with("the answer to `Ask` does not fit"), "{error}");
    }

    #[test]
    fn no_errors_come_as_an_empty_text_null_or_an_empty_array() {
        for none in ["", "null", "[]"] {
            assert_eq!(errors(&response("null", none)).unwrap(), []);
        }
    }
}
