//! Objects that only carry a message: what mutations answer with when there is no entity to show,
//! or none any more. Clients tell them apart by `__typename`.

/// Declares objects that only carry a message.
macro_rules! messages {
    ($($(#[doc = $doc:literal])* $name:ident;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, async_graphql::SimpleObject)]
        pub(crate) struct $name {
            /// What happened, for people.
            pub(super) message: String,
        }

        impl $name {
            /// With this text.
            pub(super) fn new(message: impl Into<String>) -> Self {
                Self { message: message.into() }
            }
        }
    )*};
}

pub(super) use messages;
