//! The contract as `wit-bindgen` renders it: the low level under everything else in this crate.
//!
//! Most packs never name this module. It is public for those that must do what the typed level does
//! not offer: implement [`Guest`](exports::vantage::plugin::commands::Guest) on a type of your own
//! and hand that to [`export_guest!`](crate::export_guest). On other targets than WebAssembly every
//! import panics when it is called.

#![expect(missing_docs, reason = "generated from wit/v1, which documents what needs it")]

wit_bindgen::generate!({
    path: "../../wit/v1",
    world: "command-pack",
    pub_export_macro: true,
    export_macro_name: "export_bindings",
    default_bindings_module: "vantage_plugin::bindings",
});
