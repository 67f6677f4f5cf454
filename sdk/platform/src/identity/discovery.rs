//! What the provider says about itself (OpenID Connect Discovery, RFC 8414), and its public key.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::scopes::KNOWN;
use super::token::DEVICE_GRANT;
use crate::server::Shared;

/// The document at `/.well-known/openid-configuration`. It has no `authorization_endpoint`,
/// because there is none.
pub(crate) async fn configuration(State(platform): State<Shared>) -> Json<Value> {
    let issuer = &platform.issuer;
    let endpoint = |name: &str| format!("{issuer}/protocol/openid-connect/{name}");
    Json(json!({
        "issuer": issuer,
        "device_authorization_endpoint": endpoint("auth/device"),
        "token_endpoint": endpoint("token"),
        "revocation_endpoint": endpoint("revoke"),
        "userinfo_endpoint": endpoint("userinfo"),
        "jwks_uri": endpoint("certs"),
        "grant_types_supported": [DEVICE_GRANT, "refresh_token"],
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": KNOWN,
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "sid", "azp", "name", "given_name",
            "family_name", "preferred_username", "email", "organization"],
    }))
}

/// The endpoint `certs`: the JSON Web Key Set.
pub(crate) async fn certs(State(platform): State<Shared>) -> Response {
    let cache = [(header::CACHE_CONTROL, "no-cache")];
    (cache, Json(json!(platform.identity.keys.published()))).into_response()
}
