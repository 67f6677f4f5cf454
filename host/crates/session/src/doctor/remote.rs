//! What is behind the network: the provider with its endpoints and its clock, and the APIs.

use std::collections::BTreeMap;

use reqwest::Method;
use url::Url;

use super::{Check, Verdict};
use crate::address;
use crate::error::SessionError;
use crate::session::Session;

/// A clock this far off makes tokens look expired, or not yet valid.
const CLOCK_DIFFERENCE: i64 = 30;
/// What an API says to somebody who is not signed in is of no interest here.
const LIMIT: usize = 64 * 1024;

impl Session {
    /// Checks that the provider answers and makes sense, what it offers, and whether its clock and
    /// ours agree.
    pub async fn check_provider(&self) -> Vec<Check> {
        let (endpoints, date) = match self.discover().await {
            Ok(found) => found,
            Err(error) => return vec![Check::failed("provider", &error)],
        };
        let mut checks = vec![Check::good("provider", format!("`{}` answers", self.profile().issuer))];
        checks.push(match endpoints.device {
            Some(_) => Check::good("sign-in by code", "offered by the provider"),
            None => Check::bad(
                "sign-in by code",
                "the provider offers no device authorization",
                Some("have it enabled for the client, or give a token by VANTAGE_TOKEN_FILE".into()),
            ),
        });
        checks.push(match endpoints.revocation {
            Some(_) => Check::good("revocation", "offered by the provider"),
            None => Check::warning(
                "revocation",
                "not offered: after `vantage logout` a copied token is good until it expires",
                "have it enabled at the provider",
            ),
        });
        let difference = date.map(|date| date.as_second().saturating_sub(self.now().as_second()));
        checks.extend(difference.map(check_clock));
        checks
    }

    /// Checks that every API of the profile can be reached. No token is sent, and any answer counts.
    pub async fn check_apis(&self) -> Vec<Check> {
        let profile = self.profile();
        let mut origins = BTreeMap::new();
        for api in std::iter::once(&profile.api).chain(profile.apis.values()) {
            origins.entry(address::origin(api).ascii_serialization()).or_insert(api);
        }
        let mut checks = Vec::new();
        for (origin, api) in origins {
            checks.push(match self.reach(api).await {
                Ok(status) => Check::good("API", format!("`{origin}` answers{status}")),
                Err(error) => Check::failed("API", &error),
            });
        }
        checks
    }

    /// The HTTP status in words, where the answer could be read to its end.
    async fn reach(&self, api: &Url) -> Result<String, SessionError> {
        let request = self.http().prepare(Method::GET, api)?;
        match request.send(LIMIT).await {
            Ok(answer) => Ok(format!(" (HTTP {}, not signed in)", answer.status.as_u16())),
            // Too long, or elsewhere: that is an answer.
            Err(SessionError::Provider { .. }) => Ok(String::new()),
            Err(error) => Err(error),
        }
    }
}

fn check_clock(difference: i64) -> Check {
    if difference.abs() <= CLOCK_DIFFERENCE {
        return Check::good("clock", "agrees with the provider's");
    }
    let side = if difference > 0 { "behind" } else { "ahead of" };
    Check {
        subject: "clock",
        verdict: Verdict::Warning,
        finding: format!("this machine's clock is {} seconds {side} the provider's", difference.abs()),
        remedy: Some("set the clock, by NTP if possible".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Verdict, check_clock};

    #[test]
    fn a_clock_may_be_off_by_half_a_minute() {
        assert_eq!(check_clock(30).verdict, Verdict::Good);
        assert_eq!(check_clock(-31).finding, "this machine's clock is 31 seconds ahead of the provider's");
        assert_eq!(check_clock(90).finding, "this machine's clock is 90 seconds behind the provider's");
    }
}
