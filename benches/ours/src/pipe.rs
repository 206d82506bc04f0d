//! The same calls to another process: a request and a reply over pipes, as simple as they can be.

use crate::measure::{Cell, cell};
use crate::rows::TEXT;
use std::cell::RefCell;
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;

#[path = "../../work/work.rs"]
#[expect(dead_code, reason = "a process is asked for little here")]
mod work;

/// How a request begins: what to do with how many bytes.
const ADD: u8 = 0;
const HASH: u8 = 1;
const ENDS: u8 = 2;

struct Peer {
    requests: ChildStdin,
    replies: ChildStdout,
}

impl Peer {
    fn start() -> io::Result<Peer> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command
            .arg("pipe")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(requests), Some(replies)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("no pipes"));
        };
        Ok(Peer { requests, replies })
    }

    fn ask(&mut self, what: u8, bytes: &[u8]) -> io::Result<u64> {
        let mut request = Vec::with_capacity(5 + bytes.len());
        request.push(what);
        request.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        request.extend_from_slice(bytes);
        self.requests.write_all(&request)?;
        let mut reply = [0; 8];
        self.replies.read_exact(&mut reply)?;
        Ok(u64::from_le_bytes(reply))
    }
}

/// The other process: answers until nobody asks any more.
pub(crate) fn serve() {
    let (mut requests, mut replies) = (io::stdin().lock(), io::stdout().lock());
    let mut head = [0; 5];
    while requests.read_exact(&mut head).is_ok() {
        let mut bytes = vec![0; u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize];
        requests.read_exact(&mut bytes).expect("a request is whole");
        let answer = match head[0] {
            ADD => bytes
                .as_chunks()
                .0
                .iter()
                .fold(0, |sum, chunk| work::add(sum, u64::from_le_bytes(*chunk))),
            HASH => work::hash(std::str::from_utf8(&bytes).unwrap_or_default()),
            _ => work::ends(&bytes),
        };
        replies.write_all(&answer.to_le_bytes()).expect("somebody waits");
        replies.flush().expect("somebody waits");
    }
}

pub(crate) fn cells() -> Vec<Cell> {
    let peer = Rc::new(RefCell::new(Peer::start().expect("this program can be started again")));
    let asking = |name, what, bytes: Vec<u8>| {
        let peer = peer.clone();
        cell(name, "pipe", move || {
            peer.borrow_mut().ask(what, black_box(&bytes)).expect("it answers")
        })
    };
    let mut cells = vec![
        asking("scalar call", ADD, [1_u64, 2].map(u64::to_le_bytes).concat()),
        asking("22-byte string to u64", HASH, TEXT.into()),
    ];
    cells.extend(crate::rows::INPUTS.map(|(name, len)| asking(name, ENDS, vec![1; len])));
    cells.push(cell("fresh instance and call", "pipe", || {
        Peer::start()
            .and_then(|mut peer| peer.ask(ADD, &[]))
            .expect("it answers")
    }));
    cells
}
