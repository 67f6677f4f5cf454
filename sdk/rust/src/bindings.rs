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

/// The export of packs that complete values, beside the exports of every pack.
///
/// Implement [`Guest`](exports::vantage::plugin::completion::Guest) and hand the type to
/// [`export_completion_guest!`](crate::export_completion_guest).
pub mod completing {
    wit_bindgen::generate!({
        path: "../../wit/v1",
        inline: "
            package vantage:sdk;
            world completing { export vantage:plugin/completion@1.0.0; }
        ",
        world: "vantage:sdk/completing",
        // Everything but the export is what it is above.
        with: {
            "vantage:plugin/types@1.0.0": super::vantage::plugin::types,
            "vantage:plugin/graphql@1.0.0": super::vantage::plugin::graphql,
            "vantage:plugin/persona@1.0.0": super::vantage::plugin::persona,
            "vantage:plugin/output@1.0.0": super::vantage::plugin::output,
            "vantage:plugin/prompt@1.0.0": super::vantage::plugin::prompt,
            "vantage:plugin/storage@1.0.0": super::vantage::plugin::storage,
            "vantage:plugin/inputs@1.0.0": super::vantage::plugin::inputs,
            "vantage:plugin/session@1.0.0": super::vantage::plugin::session,
        },
        pub_export_macro: true,
        export_macro_name: "export_completion_bindings",
        default_bindings_module: "vantage_plugin::bindings::completing",
    });
}
