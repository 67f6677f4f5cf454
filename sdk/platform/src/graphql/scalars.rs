//! Scalars that the platform's schemas share.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use jiff::Timestamp;

/// Any JSON value.
#[derive(Clone, Debug, Default)]
pub(crate) struct JsonScalar(pub(crate) serde_json::Value);

impl JsonScalar {
    /// What the database holds as text.
    pub(crate) fn stored(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or_default())
    }
}

/// Any JSON value.
#[Scalar(name = "JSONScalar")]
impl ScalarType for JsonScalar {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value.into_json()?))
    }

    fn to_value(&self) -> Value {
        // Every JSON value is a GraphQL value; what could not be turned would be a number too large.
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}

/// An instant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DateTime(pub(crate) Timestamp);

impl DateTime {
    /// What the database holds as milliseconds since 1970.
    pub(crate) fn stored(milliseconds: i64) -> Self {
        Self(Timestamp::from_millisecond(milliseconds).unwrap_or_default())
    }
}

/// An instant in UTC as RFC 3339 writes it: `2026-01-31T12:00:00Z`.
#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        Ok(Self(text.parse::<Timestamp>()?))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}
