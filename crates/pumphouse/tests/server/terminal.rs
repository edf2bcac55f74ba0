//! Commands on a terminal of their own.

use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

/// A command under way, and what its terminal shows.
pub(crate) struct Terminal {
    child: Child,
    /// What is written here is typed.
    pub(crate) keys: File,
    line: OwnedFd,
    shown: Receiver<Vec<u8>>,
    text: String,
}

impl Terminal {
    /// Runs the program with these words, in an environment that is prepared.
    pub(crate) fn run(words: &[&str], prepare: impl FnOnce(&mut Command)) -> Self {
        Self::run_in(80, words, prepare)
    }

    /// The same, with so many columns.
    pub(crate) fn run_in(columns: u16, words: &[&str], prepare: impl FnOnce(&mut Command)) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let line = rustix::fs::open(name.as_c_str(), flags, Mode::empty()).unwrap();
        let size = Winsize {
            ws_row: 24,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&line, size).unwrap();
        // Its terminal is where the program asks, whatever its input and output are.
        let mut command = Command::new("setsid");
        prepare(command.args(["--ctty", env!("CARGO_BIN_EXE_pumphouse")]));
        let child = command
            .args(words)
            .stdin(line.try_clone().unwrap())
            .stdout(line.try_clone().unwrap())
            .stderr(line.try_clone().unwrap())
            .spawn()
            .unwrap();
        let keys = File::from(master);
        let mut screen = keys.try_clone().unwrap();
        let (show, shown) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 1_024];
            while let Ok(length @ 1..) = screen.read(&mut buffer) {
                if show.send(buffer[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            keys,
            line,
            shown,
            text: String::new(),
        }
    }

    /// Whether what is typed is shown.
    pub(crate) fn echoes(&self) -> bool {
        let modes = tcgetattr(&self.line).unwrap().local_modes;
        modes.contains(LocalModes::ECHO)
    }

    /// Waits until a text is shown; gives all that is.
    pub(crate) fn wait(&mut self, text: &str) -> &str {
        self.wait_until(|shown| shown.contains(text))
    }

    /// Waits until what is shown is enough; gives it.
    pub(crate) fn wait_until(&mut self, is_enough: impl Fn(&str) -> bool) -> &str {
        while !is_enough(&self.text) {
            let more = self.shown.recv_timeout(Duration::from_secs(30));
            let more = more.unwrap_or_else(|_| panic!("not enough: {:?}", self.text));
            self.text.push_str(&String::from_utf8_lossy(&more));
        }
        &self.text
    }

    /// Waits until the command has said something and ended. The terminal is as it was.
    pub(crate) fn end(mut self, said: &str) -> (ExitStatus, String) {
        self.wait(said);
        let status = self.child.wait().unwrap();
        assert!(self.echoes(), "{}", self.text);
        (status, self.text)
    }
}
