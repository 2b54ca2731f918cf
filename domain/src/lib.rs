//! What is true without I/O: stacks, plans, guards, rendering, roles. It compiles for native and
//! wasm, so the browser validates with the very code that the server enforces.
//!
//! The modules stand in reading order: first the words, then what is drawn, then what is reviewed,
//! then what is recorded.

pub mod problem;
pub mod text;

pub mod name;
pub mod preview;
pub mod principal;

pub mod cluster;
pub mod secret;
pub mod stack;
pub mod variable;
pub mod yaml;

pub mod binding;
pub mod difference;
pub mod engine;
pub mod expression;
pub mod guard;
pub mod object;
pub mod order;
pub mod outcome;
pub mod plan;
pub mod record;
pub mod repository;
pub mod resolve;
pub mod schema;
pub mod visible;

pub mod catalog;
pub mod change;
pub mod exchange;
pub mod finding;
pub mod fix;
pub mod sealing;

pub mod audit;

pub mod api;
pub mod application;
