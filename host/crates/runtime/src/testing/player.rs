//! A pack that plays with what it is lent: components made from a seed, whose `run` calls the functions
//! of the contract in any order, mostly as a pack would and now and then as none should: with handles
//! that it was not given, addresses outside its memory and sizes beyond all bounds.
//!
//! Made from `wit/v1` itself, so that a function that is added there is played with too.

use std::collections::BTreeMap;
use std::fmt::Write;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{
    Function, Handle, LiftLowerAbi, ManglingAndAbi, Resolve, ResourceIntrinsic, Type, TypeDefKind, TypeId,
    WasmExport, WasmExportKind, WasmImport, WorldId, WorldItem, WorldKey,
};

/// As the toolchains name things today.
const MANGLING: ManglingAndAbi = ManglingAndAbi::Legacy(LiftLowerAbi::Sync);

/// Texts that a pack could say, and that it should not.
const TEXTS: &[&str] = &[
    "",
    "{}",
    "List",
    "Pages",
    "Watch",
    "Change",
    "cluster",
    "{\"name\":\"x\"}",
    "[1,2",
    "query Mine { clusters { name } }",
    "/clusters",
    "key",
    "../../key",
    "\u{1b}]52;c;AAAA\u{7}",
    "\u{202e}desrever",
    "{\"name\":{\"name\":{\"name\":[null,true,1e999]}}}",
];

/// Where the texts begin.
const TEXT_AT: usize = 1024;
/// Where pairs of address and length of each text begin: lists point in here.
const TABLE_AT: usize = 16 * 1024;
/// Where answers go, a kilobyte each.
const ANSWERS_AT: usize = 32 * 1024;
/// Where memory is handed out that the host asks for.
const HEAP_AT: usize = 256 * 1024;

/// The contract, and the pieces that all players share.
pub(crate) struct Playground {
    resolve: Resolve,
    world: WorldId,
    functions: Vec<(WorldKey, Function)>,
    resources: Vec<(WorldKey, TypeId)>,
}

/// One player.
pub(crate) struct Player {
    pub(crate) component: Vec<u8>,
    /// The names of the functions that it calls, in order, should nothing end it before.
    pub(crate) calls: Vec<String>,
}

/// What a parameter is for.
enum Slot {
    TextAddress,
    /// Of the text before.
    TextLength,
    ListAddress,
    Handle(String),
    /// One of so many.
    Choice(usize),
    Number,
}

impl Playground {
    pub(crate) fn new() -> Self {
        let mut resolve = Resolve::default();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../wit/v1");
        let (package, _) = resolve.push_dir(folder).expect("the contract can be read");
        let world = resolve.select_world(&[package], Some("command-pack")).expect("a world of packs");
        let (mut functions, mut resources) = (Vec::new(), Vec::new());
        for (key, item) in &resolve.worlds[world].imports {
            let WorldItem::Interface { id, .. } = item else { continue };
            let interface = &resolve.interfaces[*id];
            functions.extend(interface.functions.values().map(|function| (key.clone(), function.clone())));
            let is_resource = |id: &&TypeId| matches!(resolve.types[**id].kind, TypeDefKind::Resource);
            resources.extend(interface.types.values().filter(is_resource).map(|id| (key.clone(), *id)));
        }
        Self { resolve, world, functions, resources }
    }

    /// The names of all functions that can be called, the dropping of handles among them.
    pub(crate) fn names(&self) -> Vec<String> {
        let drops = self.resources.iter().map(|(_, id)| format!("drop {}", self.name(*id)));
        self.functions.iter().map(|(_, function)| function.name.clone()).chain(drops).collect()
    }

    pub(crate) fn player(&self, seed: u64) -> Player {
        let mut random = fastrand::Rng::with_seed(seed);
        let wildness = if random.bool() { 0 } else { random.u32(1..20) };
        let mut body =
            Body { handles: BTreeMap::new(), wildness, locals: 0, answers: 0, text: String::new() };
        body.gain("session".to_owned(), Held { given: None, handle: "(local.get $session)".to_owned() });
        let mut calls = Vec::new();
        for _ in 0..random.usize(1..40) {
            // Functions of handles that it has are what most packs call.
            let (index, name) = self.choice(&body, &mut random);
            calls.push(name);
            self.call(index, &mut body, &mut random);
        }
        let text = self.module(&body, &mut random);
        let mut module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        embed_component_metadata(&mut module, &self.resolve, self.world, StringEncoding::UTF8)
            .expect("the world fits");
        let mut encoder = ComponentEncoder::default();
        let encoder = encoder.validate(true).module(&module).expect("a module of this world");
        let component = encoder.encode().expect("a component");
        Player { component, calls }
    }

    /// A function, by its place among all: one whose handle is there, unless the player is wild.
    fn choice(&self, body: &Body, random: &mut fastrand::Rng) -> (usize, String) {
        let all = self.functions.len() + self.resources.len();
        let holds = |resource: &str| body.handles.get(resource).is_some_and(|held| !held.is_empty());
        let has_handle = |index: &usize| match self.functions.get(*index) {
            Some((_, function)) => match self.slots(function).first() {
                Some(Slot::Handle(resource)) => holds(resource),
                _ => true,
            },
            // Without its session a player has not much left to do.
            None => match self.name(self.resources[*index - self.functions.len()].1) {
                session if session == "session" => body.text.len() > 1_500,
                resource => holds(&resource),
            },
        };
        let can: Vec<usize> = (0..all).filter(has_handle).collect();
        let index = if body.is_wild(random) { random.usize(..all) } else { can[random.usize(..can.len())] };
        (index, self.names().swap_remove(index))
    }

    fn call(&self, index: usize, body: &mut Body, random: &mut fastrand::Rng) {
        let Some((_, function)) = self.functions.get(index) else {
            let (_, resource) = self.resources[index - self.functions.len()];
            let name = self.name(resource);
            let held = body.handle(&name, random);
            let handle = body.wild(held.handle.clone(), random);
            body.write(std::slice::from_ref(&held.given), &format!("(call $f{index} {handle})"));
            if !body.is_wild(random) {
                body.handles.entry(name).or_default().retain(|other| *other != held);
            }
            return;
        };
        let signature = self.resolve.wasm_signature(AbiVariant::GuestImport, function);
        let mut arguments = Vec::new();
        let mut said = 0;
        let mut given = Vec::new();
        for slot in self.slots(function) {
            let argument = match slot {
                Slot::TextAddress => {
                    said = random.usize(..TEXTS.len());
                    constant(address_of(said))
                }
                Slot::TextLength => constant(TEXTS[said].len()),
                Slot::ListAddress => constant(TABLE_AT + 8 * random.usize(..8)),
                Slot::Handle(resource) => {
                    let held = body.handle(&resource, random);
                    given.push(held.given);
                    held.handle
                }
                Slot::Choice(number) => constant(random.usize(..number)),
                Slot::Number => constant(random.usize(..1 << 16)),
            };
            arguments.push(argument);
        }
        // Where there are too many parameters, or the slots were not understood: an address.
        arguments.resize(signature.params.len() - usize::from(signature.retptr), constant(TABLE_AT));
        arguments = arguments.into_iter().map(|argument| body.wild(argument, random)).collect();
        let answer = ANSWERS_AT + 1024 * body.answers;
        if signature.retptr {
            body.answers = (body.answers + 1) % 128;
            arguments.push(body.wild(constant(answer), random));
        }
        for (argument, kind) in arguments.iter_mut().zip(&signature.params) {
            match kind {
                WasmType::I64 | WasmType::PointerOrI64 => {
                    *argument = format!("(i64.extend_i32_u {argument})")
                }
                WasmType::F32 => *argument = format!("(f32.convert_i32_u {argument})"),
                WasmType::F64 => *argument = format!("(f64.convert_i32_u {argument})"),
                WasmType::I32 | WasmType::Pointer | WasmType::Length => {}
            }
        }
        let call = format!("(call $f{index} {})", arguments.join(" "));
        let resource = function.result.as_ref().and_then(|result| self.resource(result));
        match (signature.results.is_empty(), resource) {
            (true, resource) => {
                body.write(&given, &call);
                if let Some(resource) = resource {
                    // Behind the word that says whether it went well; one that was never written says no.
                    let went_well = format!("(i32.eqz (i32.load8_u (i32.const {answer})))");
                    let handle = format!("(i32.load (i32.const {}))", answer + 4);
                    body.gain(resource, Held { given: Some(went_well), handle });
                }
            }
            (false, Some(resource)) => {
                let local = body.locals;
                body.locals += 1;
                body.write(&given, &format!("(local.set $l{local} {call})"));
                let handle = format!("(local.get $l{local})");
                body.gain(resource, Held { given: Some(handle.clone()), handle });
            }
            (false, None) => {
                body.write(&given, &format!("(drop {call})"));
            }
        }
    }

    fn module(&self, body: &Body, random: &mut fastrand::Rng) -> String {
        let mut text = "(module\n".to_owned();
        for (index, (key, function)) in self.functions.iter().enumerate() {
            let signature = self.resolve.wasm_signature(AbiVariant::GuestImport, function);
            let import = WasmImport::Func { interface: Some(key), func: function };
            let (module, name) = self.resolve.wasm_import_name(MANGLING, import);
            let _ = write!(text, "(import {module:?} {name:?} (func $f{index}");
            types(&mut text, "param", &signature.params);
            types(&mut text, "result", &signature.results);
            text.push_str("))\n");
        }
        for (index, (key, resource)) in self.resources.iter().enumerate() {
            let intrinsic = ResourceIntrinsic::ImportedDrop;
            let import =
                WasmImport::ResourceIntrinsic { interface: Some(key), resource: *resource, intrinsic };
            let (module, name) = self.resolve.wasm_import_name(MANGLING, import);
            let index = self.functions.len() + index;
            let _ = writeln!(text, "(import {module:?} {name:?} (func $f{index} (param i32)))");
        }
        for (key, item) in &self.resolve.worlds[self.world].exports {
            let WorldItem::Interface { id, .. } = item else { continue };
            for function in self.resolve.interfaces[*id].functions.values() {
                let export =
                    WasmExport::Func { interface: Some(key), func: function, kind: WasmExportKind::Normal };
                let name = self.resolve.wasm_export_name(MANGLING, export);
                text.push_str(&exported(&name, body, random));
            }
        }
        let memory = self.resolve.wasm_export_name(MANGLING, WasmExport::Memory);
        let realloc = self.resolve.wasm_export_name(MANGLING, WasmExport::Realloc);
        // A pack hands out memory where it likes.
        let start = body.wild(constant(HEAP_AT), random);
        let _ = write!(
            text,
            "(memory (export {memory:?}) 64) (global $heap (mut i32) {start})
            (func (export {realloc:?}) (param i32 i32 i32 i32) (result i32) (local $at i32)
                (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
                (global.set $heap (i32.add (local.get $at) (local.get 3))) (local.get $at))\n"
        );
        // What `describe` says, and that `run` went well.
        text.push_str(
            "(data (i32.const 0) \"\\10\\00\\00\\00\\02\\00\\00\\00\") (data (i32.const 16) \"{}\")\n",
        );
        for answer in 0..128 {
            let _ = writeln!(text, "(data (i32.const {}) \"\\01\")", ANSWERS_AT + 1024 * answer);
        }
        for (index, said) in TEXTS.iter().enumerate() {
            let bytes: String = said.bytes().map(|byte| format!("\\{byte:02x}")).collect();
            let _ = writeln!(text, "(data (i32.const {}) \"{bytes}\")", address_of(index));
            let words = [address_of(index), said.len()].map(|word| u32::try_from(word).expect("is small"));
            let pair: String = words
                .iter()
                .flat_map(|word| word.to_le_bytes())
                .map(|byte| format!("\\{byte:02x}"))
                .collect();
            let _ = writeln!(text, "(data (i32.const {}) \"{pair}\")", TABLE_AT + 8 * index);
        }
        text.push(')');
        text
    }

    fn slots(&self, function: &Function) -> Vec<Slot> {
        function.params.iter().flat_map(|parameter| self.flat(&parameter.ty)).collect()
    }

    fn flat(&self, ty: &Type) -> Vec<Slot> {
        match ty {
            Type::String => vec![Slot::TextAddress, Slot::TextLength],
            Type::Id(id) => match &self.resolve.types[*id].kind {
                TypeDefKind::Type(other) => self.flat(other),
                TypeDefKind::Handle(Handle::Own(resource) | Handle::Borrow(resource)) => {
                    vec![Slot::Handle(self.name(*resource))]
                }
                TypeDefKind::List(_) => vec![Slot::ListAddress, Slot::Choice(4)],
                TypeDefKind::Option(inner) => {
                    [vec![Slot::Choice(2)], self.flat(inner)].into_iter().flatten().collect()
                }
                TypeDefKind::Record(record) => {
                    record.fields.iter().flat_map(|field| self.flat(&field.ty)).collect()
                }
                TypeDefKind::Enum(choices) => vec![Slot::Choice(choices.cases.len())],
                _ => vec![Slot::Number],
            },
            _ => vec![Slot::Number],
        }
    }

    /// The resource that a result gives a handle of, where it does.
    fn resource(&self, ty: &Type) -> Option<String> {
        let Type::Id(id) = ty else { return None };
        match &self.resolve.types[*id].kind {
            TypeDefKind::Type(other) => self.resource(other),
            TypeDefKind::Handle(Handle::Own(resource)) => Some(self.name(*resource)),
            TypeDefKind::Result(result) => self.resource(result.ok.as_ref()?),
            _ => None,
        }
    }

    /// A resource's own name, through the names by which other interfaces use it.
    fn name(&self, resource: TypeId) -> String {
        let definition = &self.resolve.types[resource];
        match &definition.kind {
            TypeDefKind::Type(Type::Id(other)) => self.name(*other),
            _ => definition.name.clone().unwrap_or_default(),
        }
    }
}

/// The calls of a player, as they are written.
struct Body {
    /// How to come by a handle, by resource.
    handles: BTreeMap<String, Vec<Held>>,
    /// How often in a hundred it does what it should not.
    wildness: u32,
    locals: usize,
    answers: usize,
    text: String,
}

/// A handle that the player was given, if all went well.
#[derive(Clone, PartialEq)]
struct Held {
    /// Whether it was, where that is not certain.
    given: Option<String>,
    handle: String,
}

impl Body {
    fn gain(&mut self, resource: String, held: Held) {
        self.handles.entry(resource).or_default().push(held);
    }

    fn handle(&self, resource: &str, random: &mut fastrand::Rng) -> Held {
        let known = self.handles.get(resource).map(Vec::as_slice).unwrap_or_default();
        match known.len() {
            0 => Held { given: None, handle: constant(random.usize(..8)) },
            number => known[random.usize(..number)].clone(),
        }
    }

    /// Writes a call, made only if all of its handles were given.
    fn write(&mut self, given: &[Option<String>], call: &str) {
        let conditions: Vec<&str> = given.iter().flatten().map(String::as_str).collect();
        let all = conditions.iter().fold(String::new(), |all, one| match all.is_empty() {
            true => (*one).to_owned(),
            false => format!("(i32.and {all} (i32.ne {one} (i32.const 0)))"),
        });
        let _ = match all.is_empty() {
            true => writeln!(self.text, "{call}"),
            false => writeln!(self.text, "(if {all} (then {call}))"),
        };
    }

    fn is_wild(&self, random: &mut fastrand::Rng) -> bool {
        random.u32(..100) < self.wildness
    }

    /// Now and then anything else: what is outside, in the middle, or enormous.
    fn wild(&self, argument: String, random: &mut fastrand::Rng) -> String {
        match random.u32(..3) {
            _ if !self.is_wild(random) => argument,
            0 => constant(random.usize(..16)),
            1 => format!("(i32.const {})", random.i32(..)),
            _ => constant(64 * 65_536 - random.usize(..16)),
        }
    }
}

fn exported(name: &str, body: &Body, random: &mut fastrand::Rng) -> String {
    if name.ends_with("describe") {
        return format!("(func (export {name:?}) (result i32) (i32.const 0))\n");
    }
    let locals: String = (0..body.locals).map(|local| format!(" (local $l{local} i32)")).collect();
    // It went well, as the word there says: nothing is written below a kilobyte but the first page's data.
    let result = body.wild(constant(64), random);
    format!(
        "(func (export {name:?}) (param i32 i32 i32 i32) (param $session i32) (result i32){locals}\n{}{result})\n",
        body.text
    )
}

fn constant(value: usize) -> String {
    format!("(i32.const {value})")
}

fn address_of(text: usize) -> usize {
    TEXT_AT + TEXTS[..text].iter().map(|text| text.len() + 1).sum::<usize>()
}

fn types(text: &mut String, what: &str, types: &[WasmType]) {
    for kind in types {
        let kind = match kind {
            WasmType::I32 | WasmType::Pointer | WasmType::Length => "i32",
            WasmType::I64 | WasmType::PointerOrI64 => "i64",
            WasmType::F32 => "f32",
            WasmType::F64 => "f64",
        };
        let _ = write!(text, " ({what} {kind})");
    }
}
