//! The organizations and people of every world. They are fixed, so that examples and tests can
//! name them; nobody has a password, since whoever reaches the loopback port may be anyone.

/// An organization, as Keycloak's claim `organization` names it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Organization {
    /// The key in the claim, and in the scope `organization:NAME`.
    pub(crate) name: &'static str,
    /// The id in the claim.
    pub(crate) id: &'static str,
}

/// Someone who can sign in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// The claim `preferred_username`.
    pub(crate) username: &'static str,
    /// The claim `sub`.
    pub(crate) subject: &'static str,
    /// The claim `given_name`.
    pub(crate) given_name: &'static str,
    /// The claim `family_name`.
    pub(crate) family_name: &'static str,
    /// The claim `email`.
    pub(crate) email: &'static str,
    /// What this person may ask for by `organization:NAME`.
    pub(crate) memberships: &'static [&'static Organization],
    /// How many of the memberships, from the first, stand in a token that asked for none.
    pub(crate) usual: usize,
    /// The claim `realm_access.roles`.
    pub(crate) roles: &'static [&'static str],
    /// The claim `resource_access.default.roles`: what the APIs allow.
    pub(crate) permissions: &'static [&'static str],
}

impl Person {
    /// The claim `name`.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }

    /// The organizations of a token that asked for none in particular.
    pub(crate) fn usual_organizations(&self) -> &'static [&'static Organization] {
        self.memberships.get(..self.usual).unwrap_or(self.memberships)
    }
}

pub(crate) static ACME: Organization =
    Organization { name: "acme", id: "5f0c8a52-6a3e-4c1e-9a57-0b8f6f2f7c01" };
pub(crate) static GLOBEX: Organization =
    Organization { name: "globex", id: "b7d4f1aa-2f5d-4f0b-8f0e-6d1c1b5a9e02" };
pub(crate) static INITECH: Organization =
    Organization { name: "initech", id: "c93b0c0e-71b4-4d3a-a7a6-1e0d4c8f5b03" };

/// Every organization; the first has the clusters that `--clusters` counts.
pub(crate) static ORGANIZATIONS: [&Organization; 3] = [&ACME, &GLOBEX, &INITECH];

/// What those may do who may only look.
const READ: &[&str] = &[
    "clusters:read",
    "jobbergate:job-templates:read",
    "jobbergate:job-scripts:read",
    "jobbergate:job-submissions:read",
];

/// What those may do who may do everything.
const WRITE: &[&str] = &[
    "clusters:read",
    "clusters:write",
    "jobbergate:job-templates:create",
    "jobbergate:job-templates:read",
    "jobbergate:job-templates:update",
    "jobbergate:job-templates:delete",
    "jobbergate:job-scripts:create",
    "jobbergate:job-scripts:read",
    "jobbergate:job-scripts:update",
    "jobbergate:job-scripts:delete",
    "jobbergate:job-submissions:create",
    "jobbergate:job-submissions:read",
    "jobbergate:job-submissions:update",
    "jobbergate:job-submissions:delete",
];

/// The first user: a token names one organization, unless the scope asks for the other.
pub(crate) static FIRST: Person = Person {
    username: "ada",
    subject: "0b6d2c5e-3b1f-4e7e-8a7d-2f9f51c0a001",
    given_name: "Ada",
    family_name: "Quist",
    email: "ada@acme.example",
    memberships: &[&ACME, &GLOBEX],
    usual: 1,
    roles: &["offline_access", "uma_authorization", "admin"],
    permissions: WRITE,
};

/// Everyone: one with two organizations at once, one who may only read, one with no organization.
pub(crate) static PEOPLE: [&Person; 4] = [
    &FIRST,
    &Person {
        username: "grace",
        subject: "4a0a7f56-5a0c-4b8a-9d0f-7c7d8f3e1002",
        given_name: "Grace",
        family_name: "Okafor",
        email: "grace@globex.example",
        memberships: &[&ACME, &GLOBEX],
        usual: 2,
        roles: &["offline_access", "uma_authorization"],
        permissions: WRITE,
    },
    &Person {
        username: "lin",
        subject: "9d2b5f08-6e2c-4d64-b0c1-3a5f0e6b2003",
        given_name: "Lin",
        family_name: "Sørensen",
        email: "lin@initech.example",
        memberships: &[&INITECH],
        usual: 1,
        roles: &["offline_access", "viewer"],
        permissions: READ,
    },
    &Person {
        username: "sam",
        subject: "e1c7d9b3-0f4a-4a52-8e3b-5b6c7d8e3004",
        given_name: "Sam",
        family_name: "Iyer",
        email: "sam@nowhere.example",
        memberships: &[],
        usual: 0,
        roles: &["offline_access"],
        permissions: READ,
    },
];

/// Finds a person by user name.
pub(crate) fn by_username(username: &str) -> Option<&'static Person> {
    PEOPLE.into_iter().find(|person| person.username == username)
}

/// Finds an organization by name.
pub(crate) fn organization(name: &str) -> Option<&'static Organization> {
    ORGANIZATIONS.into_iter().find(|organization| organization.name == name)
}
