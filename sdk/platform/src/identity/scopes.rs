//! What a client may ask for, and which organizations that means for a person.

use crate::world::people::{self, Organization, Person};

/// The scopes of the realm, beside `organization:NAME` and `organization:*`.
pub(crate) const KNOWN: [&str; 6] = ["openid", "profile", "email", "offline_access", "organization", "roles"];

/// Scopes that the realm knows, in the order they were asked for, none twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scopes(Vec<String>);

impl Scopes {
    /// Reads the parameter `scope`; the error is a sentence about what the realm does not know.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut scopes: Vec<String> = Vec::new();
        for scope in text.split(' ').filter(|scope| !scope.is_empty()) {
            let known = KNOWN.contains(&scope)
                || scope
                    .strip_prefix("organization:")
                    .is_some_and(|name| name == "*" || people::organization(name).is_some());
            if !known {
                return Err(format!("Invalid scopes: {}", scope.escape_default()));
            }
            if !scopes.iter().any(|earlier| earlier == scope) {
                scopes.push(scope.to_owned());
            }
        }
        if scopes.iter().filter(|scope| scope.starts_with("organization:")).count() > 1 {
            return Err("Only one organization can be asked for".to_owned());
        }
        Ok(Self(scopes))
    }

    /// Whether `scope` was asked for.
    pub(crate) fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|asked| asked == scope)
    }

    /// Whether everything in `other` was asked for here too.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|scope| self.contains(scope))
    }

    /// The scopes one by one.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The organizations a token names, when `person` approves these scopes; the error is the
    /// organization that the person does not belong to.
    pub(crate) fn organizations(&self, person: &Person) -> Result<Vec<&'static Organization>, String> {
        let asked = self.iter().find_map(|scope| scope.strip_prefix("organization:"));
        match asked {
            None => Ok(person.usual_organizations().to_vec()),
            Some("*") => Ok(person.memberships.to_vec()),
            Some(name) => {
                let member = person.memberships.iter().find(|organization| organization.name == name);
                member.map(|&organization| vec![organization]).ok_or_else(|| name.to_owned())
            }
        }
    }
}

impl std::fmt::Display for Scopes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(scope: &str, person: &Person) -> Result<Vec<&'static str>, String> {
        let organizations = Scopes::parse(scope)?.organizations(person)?;
        Ok(organizations.iter().map(|organization| organization.name).collect())
    }

    #[test]
    fn organizations_follow_scope_and_membership() {
        let second = people::by_username("grace").unwrap();
        assert_eq!(names("openid", &people::FIRST), Ok(vec!["acme"]));
        assert_eq!(names("openid organization:globex", &people::FIRST), Ok(vec!["globex"]));
        assert_eq!(names("organization:*", &people::FIRST), Ok(vec!["acme", "globex"]));
        assert_eq!(names("openid", second), Ok(vec!["acme", "globex"]));
        assert_eq!(names("organization:initech", second), Err("initech".to_owned()));
    }

    #[test]
    fn unknown_scopes_are_refused() {
        assert_eq!(Scopes::parse("openid  openid").unwrap().to_string(), "openid");
        assert!(Scopes::parse("openid admin").is_err());
        assert!(Scopes::parse("organization:nowhere").is_err());
        assert!(Scopes::parse("organization:acme organization:globex").is_err());
    }
}
