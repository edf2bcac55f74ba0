//! The start of a person's command: from the beginning of the process to the first byte at the server,
//! next to a command of the same program that asks nobody, from its beginning to its end. Every
//! process is a new one; what is on the disk is in the system's memory.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

/// As many are measured however short the time is.
const LEAST_RUNS: usize = 10;
/// As many as an inbox shows if nothing is said.
const ITEMS: usize = 20;
/// A program that asks nothing for so long never will.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn run(time: Duration, directory: &Path) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let account = format!("alice@{}", listener.local_addr()?);
    let (tell, asked) = channel();
    let page = page(&account);
    thread::spawn(move || serve(&listener, &page, &tell));
    let program = Program::of(&account, directory)?;

    let (mut starts, mut bare, mut memory) = (Vec::new(), Vec::new(), None);
    let begun = Instant::now();
    while starts.len() < LEAST_RUNS || begun.elapsed() < time {
        let (start, most) = program.inbox(&asked)?;
        starts.push(start);
        memory = memory.max(most);
        bare.push(program.version()?);
    }
    println!("{} runs, alternating", starts.len());
    println!("{:<48} {:>9} {:>9}", "what", "median", "worst");
    for (name, times) in [
        ("pumphouse inbox, to the first byte at the server", starts),
        ("pumphouse --version, to the end", bare),
    ] {
        let (median, worst) = median_and_worst(times);
        println!("{name:<48} {median:>6.1} ms {worst:>6.1} ms");
    }
    let memory = memory.map_or("the system does not say".to_owned(), |kib| {
        format!("{:.1} MB", kib as f64 * 1_024.0 / 1e6)
    });
    println!("most memory of pumphouse inbox, with {ITEMS} notes shown: {memory}");
    Ok(())
}

fn median_and_worst(mut times: Vec<Duration>) -> (f64, f64) {
    times.sort();
    let milliseconds = |time: Option<&Duration>| time.map_or(0.0, |it| it.as_secs_f64() * 1e3);
    (
        milliseconds(times.get(times.len() / 2)),
        milliseconds(times.last()),
    )
}

/// The program, and a home in which somebody is logged in.
struct Program {
    path: PathBuf,
    home: PathBuf,
}

impl Program {
    /// Builds it in the same way as this one, and logs in as programs with PyPump are.
    fn of(account: &str, directory: &Path) -> Result<Self> {
        let own = std::env::current_exe()?;
        let target = own.ancestors().nth(2).context("no target directory")?;
        let mut build = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        build.args(["build", "--quiet", "--package", "pumphouse", "--target-dir"]);
        build.arg(target);
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        ensure!(build.status()?.success(), "the program cannot be built");
        let name = format!("pumphouse{}", std::env::consts::EXE_SUFFIX);
        let home = std::path::absolute(directory.join("home"))?;
        if home.exists() {
            fs::remove_dir_all(&home)?;
        }
        fs::create_dir_all(&home)?;
        let program = Self {
            path: own.with_file_name(name),
            home,
        };
        let named = |property: &str| format!("{account}-{property}");
        let log_in = json!({
            named("client-key"): "key", named("client-secret"): "hush",
            named("client-expirey"): 0,
            named("oauth-access-token"): "token", named("oauth-access-secret"): "hush",
        });
        let file = program.home.join("credentials.json");
        fs::write(&file, log_in.to_string())?;
        let mut import = program.command();
        let status = import.arg("import-pypump").arg(&file).status()?;
        ensure!(status.success(), "nobody can be logged in");
        Ok(program)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command
            .env_clear()
            .env("HOME", &self.home)
            .env("APPDATA", &self.home)
            .env("XDG_CONFIG_HOME", self.home.join("config"))
            .env("XDG_STATE_HOME", self.home.join("state"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// How long it took to ask, and how much memory it had at most, in KiB.
    fn inbox(&self, asked: &Receiver<Instant>) -> Result<(Duration, Option<u64>)> {
        let mut command = self.command();
        command.arg("inbox");
        let begun = Instant::now();
        let mut child = command.spawn()?;
        let asked = asked.recv_timeout(PATIENCE).context("it asked nothing")?;
        let memory = most_memory(&child);
        ensure!(child.wait()?.success(), "it cannot show the inbox");
        Ok((asked.saturating_duration_since(begun), memory))
    }

    fn version(&self) -> Result<Duration> {
        let begun = Instant::now();
        let status = self.command().arg("--version").status()?;
        ensure!(status.success(), "it does not start");
        Ok(begun.elapsed())
    }
}

/// The most resident memory of a process up to its end, if the system says it. It cannot be asked
/// afterwards, so it is until there is no answer.
fn most_memory(child: &Child) -> Option<u64> {
    let mut most = None;
    loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok();
        let kib = status.as_deref().and_then(|status| {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix("VmHWM:"))?;
            line.split_whitespace().next()?.parse().ok()
        });
        match kib {
            Some(kib) => most = most.max(Some(kib)),
            None => return most,
        }
    }
}

/// Answers every request with the page, and tells when it came.
fn serve(listener: &TcpListener, page: &str, tell: &Sender<Instant>) {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
    let answer = format!("{head}\r\nContent-Length: {}\r\n\r\n{page}", page.len());
    for stream in listener.incoming().flatten() {
        // Whoever goes away early is missed by the one who started it.
        let _ = take(&stream, &answer, tell);
    }
}

fn take(stream: &TcpStream, answer: &str, tell: &Sender<Instant>) -> Result<()> {
    let mut request = BufReader::new(stream);
    request.fill_buf()?;
    tell.send(Instant::now())?;
    let mut line = String::new();
    while request.read_line(&mut line)? > 2 {
        line.clear();
    }
    (&*stream).write_all(answer.as_bytes())?;
    Ok(())
}

/// An inbox with notes of a few words.
fn page(account: &str) -> String {
    let host = account.trim_start_matches("alice@");
    let items: Vec<_> = (0..ITEMS)
        .map(|number| {
            let id = format!("http://{host}/api/note/{number}");
            let actor = json!({
                "objectType": "person", "id": format!("acct:bob@{host}"),
                "preferredUsername": "bob", "displayName": "Bob",
            });
            json!({
                "id": format!("http://{host}/api/activity/{number}"), "verb": "post",
                "published": "2026-11-24T00:09:12Z", "actor": actor,
                "content": "<a href='http://localhost/bob'>Bob</a> posted a note",
                "object": {
                    "objectType": "note", "id": id, "author": actor,
                    "content": "<p>Some words, <b>some</b> of them <i>louder</i>.</p>".repeat(5),
                },
            })
        })
        .collect();
    json!({"totalItems": ITEMS, "items": items, "links": {}}).to_string()
}
