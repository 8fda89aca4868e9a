//! Feature glass: the original's faults, as a wire can show them: `docs/en/b_faults.md` tells of each. Pure, but for the sockets
//! that a hall remembers.

use std::collections::{HashMap, HashSet};
use std::net::TcpStream;
use std::sync::Arc;

use crate::protocol::{ALREADY_USED, CHOOSE, IN_GROUP, QUESTION, SUCCESSFUL, SUCCESSFULLY, YOUR_NICKNAME};

/// One known fault of the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 1: one `recv` is taken for one message.
    OneRecv,
    /// 2: bytes become text before they are whole, and what is no text ends the connection.
    CutLetter,
    /// 3: the end of the stream is taken for an empty message, again and again.
    EndlessEnd,
    /// 4: after a special word the group hears `None`.
    None,
    /// 5: TELL finds nobody.
    TellNobody,
    /// 6: two get one nickname.
    TwoOfAName,
    /// 7: a nickname is never free again.
    NameStays,
    /// 8: somebody leaves, and the next one who speaks is thrown out.
    DeadSocket,
    /// 9: one slow reader stops everybody.
    SlowReader,
    /// 13: a user called `LIST` ends the thread.
    CalledList,
    /// 14: a space that should not be there.
    Space,
    /// 16: the lists do not agree: somebody who is here is missing.
    Lists,
}

/// Each with its name, and the check of `chat check` that finds it.
pub const FAULTS: &[(&str, Fault, &str)] = &[
    ("one-recv", Fault::OneRecv, "glued"),
    ("cut-letter", Fault::CutLetter, "letter"),
    ("endless-end", Fault::EndlessEnd, "partner-leaves"),
    ("none", Fault::None, "silent-words"),
    ("tell-nobody", Fault::TellNobody, "tell-line"),
    ("two-of-a-name", Fault::TwoOfAName, "taken"),
    ("name-stays", Fault::NameStays, "free-end"),
    ("dead-socket", Fault::DeadSocket, "left"),
    ("slow-reader", Fault::SlowReader, "last-words"),
    ("called-list", Fault::CalledList, "bad-name"),
    ("space", Fault::Space, "taken"),
    ("lists", Fault::Lists, "list"),
];

/// What all wires know together.
#[derive(Debug, Default)]
pub(super) struct Hall {
    /// Every nickname that was ever taken.
    used: HashSet<String>,
    /// Somebody has left the group, and nobody has spoken since.
    is_dead: bool,
    sockets: HashMap<String, Arc<TcpStream>>,
}

/// Where one client stands, as its lines say.
#[derive(Debug, Default)]
pub(super) struct Talk {
    /// The line that has begun.
    begun: Vec<u8>,
    /// Typed for a nickname last.
    tried: String,
    nickname: Option<String>,
    is_in_group: bool,
    is_choosing: bool,
    /// The names that were shown, and whom the last answer meant.
    shown: Vec<String>,
    partner: Option<String>,
    tells: bool,
    /// Lines of the server's that the client is not to see.
    swallows: usize,
}

/// What becomes of what came.
#[derive(Debug, Default)]
pub(super) struct Went {
    pub(super) to_server: Vec<u8>,
    pub(super) to_client: String,
    /// The connection ends here.
    pub(super) ends: bool,
}

impl Talk {
    /// What the client wrote.
    pub(super) fn up(&mut self, fault: Option<Fault>, bytes: &[u8], hall: &mut Hall) -> Went {
        let mut went = Went::default();
        if fault == Some(Fault::CutLetter) && std::str::from_utf8(bytes).is_err() {
            went.ends = true;
            return went;
        }
        if fault == Some(Fault::OneRecv) {
            let message = bytes.strip_suffix(b"\n").unwrap_or(bytes);
            went.to_server.extend(message.iter().map(|&byte| if byte == b'\n' { b' ' } else { byte }));
            went.to_server.push(b'\n');
            return went;
        }
        self.begun.extend_from_slice(bytes);
        while let Some(at) = self.begun.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = self.begun.drain(..=at).collect();
            match std::str::from_utf8(&line) {
                Ok(text) => self.line(fault, text.trim_end(), &line, hall, &mut went),
                Err(_) => went.to_server.extend(&line),
            }
        }
        // What is too long, or has no end, is the server's affair.
        if self.begun.len() > super::RECV_BYTES {
            went.to_server.append(&mut self.begun);
        }
        went
    }

    fn line(&mut self, fault: Option<Fault>, text: &str, line: &[u8], hall: &mut Hall, went: &mut Went) {
        if self.nickname.is_none() {
            self.tried = text.to_owned();
        }
        if self.is_choosing {
            let number = text.parse::<usize>().ok().and_then(|number| self.shown.get(number.checked_sub(1)?).cloned());
            self.partner = number.or_else(|| Some(text.to_owned()));
        }
        let is_word = ["LIST", "HELP", "/list", "/help"].contains(&text);
        match fault {
            Some(Fault::CalledList) if self.nickname.is_none() && text == "LIST" => went.ends = true,
            Some(Fault::DeadSocket) if self.is_in_group && !is_word && std::mem::take(&mut hall.is_dead) => {
                went.ends = true;
            }
            Some(Fault::NameStays) if self.nickname.is_none() && hall.used.contains(text) => {
                went.to_client += &format!("{ALREADY_USED}\nchoose another one\n{YOUR_NICKNAME}\n");
                return;
            }
            Some(Fault::TellNobody) if self.tells && !is_word => {
                self.tells = false;
                return went.to_server.extend(b"nobody-here\n");
            }
            Some(Fault::TellNobody) if text == "TELL" => self.tells = true,
            Some(Fault::TellNobody) if text.starts_with("/tell") => {
                return went.to_server.extend(b"/tell nobody-here hello\n");
            }
            _ => {}
        }
        went.to_server.extend(line);
        if fault == Some(Fault::None) && self.is_in_group && is_word {
            went.to_server.extend(b"None\n");
        }
    }

    /// A line that the server wrote.
    pub(super) fn down(&mut self, fault: Option<Fault>, line: &[u8], client: &Arc<TcpStream>, hall: &mut Hall) -> Went {
        let mut went = Went::default();
        let text = String::from_utf8_lossy(line).into_owned();
        if self.swallows > 0 {
            self.swallows -= 1;
            return went;
        }
        match text.trim_end() {
            SUCCESSFULLY => {
                hall.used.insert(self.tried.clone());
                hall.sockets.insert(self.tried.clone(), Arc::clone(client));
                self.nickname = Some(self.tried.clone());
            }
            ALREADY_USED if fault == Some(Fault::TwoOfAName) => {
                self.swallows = 2;
                went.to_server = format!("{}.{}\n", self.tried, hall.used.len()).into_bytes();
                return went;
            }
            ALREADY_USED if fault == Some(Fault::Space) => {
                went.to_client = format!("{ALREADY_USED} \n");
                return went;
            }
            IN_GROUP => self.is_in_group = true,
            QUESTION => (self.is_in_group, self.is_choosing, self.partner) = (false, false, None),
            CHOOSE => self.is_choosing = true,
            SUCCESSFUL => self.is_choosing = false,
            list if self.is_choosing && list.starts_with("1.") => {
                self.shown = list.split(' ').filter_map(|one| Some(one.split_once('.')?.1.to_owned())).collect();
            }
            list if fault == Some(Fault::Lists) && list.starts_with("Users in chatroom: [") => {
                let without_the_last = list.rsplit_once(", ").map(|(others, _)| format!("{others}]\n"));
                went.to_client = without_the_last.unwrap_or(text);
                return went;
            }
            _ => {}
        }
        went.to_client = text;
        went
    }

    /// The client has closed its side: whom that floods, and with what.
    pub(super) fn ended(&mut self, hall: &mut Hall) -> Option<(Arc<TcpStream>, String)> {
        let nickname = self.nickname.take()?;
        hall.is_dead |= self.is_in_group;
        hall.sockets.remove(&nickname);
        let partner = hall.sockets.get(self.partner.as_ref()?)?;
        Some((Arc::clone(partner), format!("(private) {nickname} : \n")))
    }
}
