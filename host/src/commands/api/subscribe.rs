//! `vantage api --subscribe`: each event as a record, as it comes.

use futures_util::stream;
use vantage_output::Console;
use vantage_policy::gate::{Operation, OperationKind};
use vantage_session::{GraphqlRequest, GraphqlResponse, Subscription};

use crate::context::Context;
use crate::error::HostError;
use crate::reply::Reply;

/// Follows a subscription to its end. Errors in events are warned of, and the first is how it ends.
pub(super) async fn run(
    request: GraphqlRequest,
    operation: Operation,
    context: &Context,
) -> Result<Reply, HostError> {
    if operation.kind != OperationKind::Subscription {
        return Err(HostError::usage(
            format!("the document is a {}, not a subscription", operation.kind),
            vec!["leave --subscribe out".to_owned()],
        ));
    }
    let subscription = context.session()?.subscribe(request).await?;
    let followed = Followed { subscription, console: context.console().clone(), failure: None };
    Ok(Reply::followed(stream::try_unfold(Some(followed), |followed| async {
        let Some(mut followed) = followed else { return Ok(None) };
        match followed.subscription.next().await? {
            Some(event) => Ok(Some((followed.records(event), Some(followed)))),
            None => match followed.failure.take() {
                Some(failure) => Err(failure),
                None => Ok(None),
            },
        }
    })))
}

struct Followed {
    subscription: Subscription,
    console: Console,
    failure: Option<HostError>,
}

impl Followed {
    /// The event's data, if it has any.
    fn records(&mut self, event: GraphqlResponse) -> Vec<String> {
        if !event.errors.is_empty() {
            let failure = HostError::from_graphql(&event);
            // The last thing that is said is the error; what comes before it is a warning.
            if event.data.is_some() {
                self.console.warn(&failure.to_string());
            }
            self.failure.get_or_insert(failure);
        }
        event.data.map(|data| data.get().to_owned()).into_iter().collect()
    }
}
