//! Sockets: there are none. A nanoprocess gets the network as a stream that the application connected.

use super::Param::Word;
use super::{Answer, Errno, Function, Guest, function_of};

pub(super) const FUNCTIONS: &[Function] = &[
    function_of("sock_accept", &[Word, Word, Word], |guest, [fd, ..]| {
        no_socket(guest, fd)
    }),
    function_of("sock_recv", &[Word; 6], |guest, [fd, ..]| no_socket(guest, fd)),
    function_of("sock_send", &[Word; 5], |guest, [fd, ..]| no_socket(guest, fd)),
    function_of("sock_shutdown", &[Word, Word], |guest, [fd, ..]| no_socket(guest, fd)),
];

fn no_socket(guest: &mut Guest<'_>, fd: u64) -> Answer {
    let errno = guest.state.descriptors.get(fd).err();
    Answer::Errno(errno.unwrap_or(Errno::NotSocket))
}
