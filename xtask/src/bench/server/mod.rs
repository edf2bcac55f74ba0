//! Posts, inbox pages and notes per second: the whole server over loopback, with a million
//! activities, next to a bare axum handler that takes the same requests and answers the same bytes.
//! Server, handler and load are three processes. What is asked is signed, as all that clients ask.

mod data;
mod disk;
pub(crate) mod peer;
mod people;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;

use self::data::Data;
use self::peer::Running;
use self::people::{Person, ask, note};
use super::load::{self, Rate, Requests};

/// More than any machine answers in a second.
const PREPARED_PER_SECOND: usize = 80_000;
/// How often the start is measured; the median counts.
const STARTS: usize = 5;

pub(crate) fn run(time: Duration, directory: &Path, notes: usize, only: String) -> Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(measure(time, directory, notes, only))
}

async fn measure(time: Duration, directory: &Path, notes: usize, only: String) -> Result<()> {
    let data = Data::open(directory, notes).await?;
    let bench = Bench {
        server: Running::server(&data.store())?,
        data,
        directory,
        time,
        only,
    };
    println!(
        "{:<22} {:>5} {:>9} {:>11} {:>6} {:>12} {:>10}",
        "what", "conns", "server /s", "bare axum /s", "ratio", "server CPU", "bare CPU"
    );
    for connections in [1, 32] {
        bench.reads(connections).await?;
    }
    if bench.wants("read through") {
        bench.read_through().await?;
    }
    let memory = [bench.server.memory(), bench.server.mapped()];
    let [all, mapped] = memory.map(|kib| kib.unwrap_or_default() as f64 / 1_024.0);
    let nonces = bench.data.nonces()? as f64 / 1e6;
    println!(
        "memory of the server after reading: {all:.0} MiB, of which pages of files {mapped:.0} MiB; \
         with {nonces:.2} million nonces, of the requests of the last minutes"
    );
    for connections in [1, 32] {
        bench.posts(connections).await?;
    }
    let wants_starts = bench.wants("start");
    let Bench { server, data, .. } = bench;
    server.stop()?;
    if wants_starts {
        starts(&data).await?;
    }
    Ok(())
}

struct Bench<'a> {
    server: Running,
    data: Data,
    directory: &'a Path,
    time: Duration,
    /// What stands in the names of the figures that are wanted.
    only: String,
}

impl Bench<'_> {
    fn first(&self) -> &Person {
        &self.data.people[0]
    }

    async fn reads(&self, connections: usize) -> Result<()> {
        let (first, people) = (self.first(), &self.data.people);
        let note = self.data.note(0);
        let inbox = first.feed("inbox");
        let anyone = |number| &people[scatter(number as u64) as usize % people.len()];
        let any_note = |number| self.data.note(scatter(number as u64) as usize);
        self.compare("a note", connections, &|_| first.get(&note))
            .await?;
        self.compare("notes, any", connections, &|number| {
            anyone(number).get(&any_note(number))
        })
        .await?;
        self.compare("an inbox page", connections, &|_| first.get(&inbox))
            .await?;
        self.compare("inbox pages, anyone's", connections, &|number| {
            let person = anyone(number);
            person.get(&person.feed("inbox"))
        })
        .await
    }

    /// Posts, and how many the disk would take if nothing else took time.
    async fn posts(&self, connections: usize) -> Result<()> {
        if !self.wants("posts") {
            return Ok(());
        }
        let people = &self.data.people;
        let post = |number: usize| people[number % people.len()].act(&note());
        let before = self.writes().await?;
        self.compare("posts", connections, &post).await?;
        let after = self.writes().await?;
        let commits = (after.commits - before.commits).max(1) as f64;
        let group = (after.writes - before.writes) as f64 / commits;
        let bytes = (after.bytes - before.bytes) as f64 / commits;
        let syncs = disk::syncs(self.directory, bytes as usize)?;
        println!(
            "  {group:.1} posts a commit of {:.0} KiB; the disk syncs {syncs:.0} such appends a second: \
             {:.0} posts/s (and {:.0} appends of 4 KiB)",
            bytes / 1_024.0,
            syncs * group,
            disk::syncs(self.directory, 4_096)?
        );
        Ok(())
    }

    /// Reads a whole inbox, page by page.
    async fn read_through(&self) -> Result<()> {
        let mut path = format!("{}?count=200", self.first().feed("inbox"));
        let mut items = 0;
        let begun = Instant::now();
        loop {
            let page = ask(&self.server.address, self.first().get(&path)?).await?;
            items += page["items"].as_array().map_or(0, Vec::len);
            let Some(next) = page["links"]["next"]["href"].as_str() else {
                break;
            };
            let next = next.split_once("/api/").context("an odd link")?.1;
            path = format!("/api/{next}&count=200");
        }
        println!(
            "an inbox of {items} read through in {:.1} s",
            begun.elapsed().as_secs_f64()
        );
        Ok(())
    }

    fn prepare(
        &self,
        request: &dyn Fn(usize) -> Result<Request<Full<Bytes>>>,
    ) -> Result<Vec<Request<Full<Bytes>>>> {
        let count = PREPARED_PER_SECOND * usize::try_from(self.time.as_secs().max(1))?;
        (0..count).map(request).collect()
    }

    fn wants(&self, name: &str) -> bool {
        name.contains(&self.only)
    }

    /// Measures the server, and then the bare handler with the bytes of one of its answers.
    async fn compare(
        &self,
        name: &str,
        connections: usize,
        request: &dyn Fn(usize) -> Result<Request<Full<Bytes>>>,
    ) -> Result<()> {
        if !self.wants(name) {
            return Ok(());
        }
        let mut requests = self.prepare(request)?;
        let one = requests.pop().context("no request")?;
        let mut connection = load::connect(&self.server.address).await?;
        let (_, answer) = load::send(&mut connection, one).await?;
        let file = self.directory.join("answer");
        fs::write(&file, &answer)?;
        let bare = Running::bare(&file)?;
        let before = self.server.read().unwrap_or_default();
        let real = self
            .load(&self.server, connections, Requests::once(requests.clone()))
            .await?;
        let read = self.server.read().unwrap_or_default() - before;
        let other = self
            .load(&bare, connections, Requests::again(requests))
            .await?;
        bare.stop()?;
        let mark = if real.0.ran_dry {
            " (ran out of requests)"
        } else {
            ""
        };
        println!(
            "{name:<22} {connections:>5} {:>9.0} {:>11.0} {:>6.2} {:>9.1} µs {:>7.1} µs{mark}",
            real.0.per_second,
            other.0.per_second,
            real.0.per_second / other.0.per_second,
            real.1,
            other.1,
        );
        let kib = read as f64 / 1_024.0 / f64::from(real.0.answered.max(1));
        if kib >= 0.1 {
            println!(
                "  {kib:.1} KiB a request came from the disk, the rest from the system's memory"
            );
        }
        Ok(())
    }

    /// How fast it was, and how many microseconds it computed for a request.
    async fn load(
        &self,
        side: &Running,
        connections: usize,
        requests: std::sync::Arc<Requests>,
    ) -> Result<(Rate, f64)> {
        let before = side.computed();
        let rate = load::run(&side.address, connections, requests, self.time).await?;
        let computed = side.computed().saturating_sub(before);
        let each = computed.as_secs_f64() * 1e6 / f64::from(rate.answered.max(1));
        Ok((rate, each))
    }

    /// What the server has written so far.
    async fn writes(&self) -> Result<Writes> {
        let request = Request::get("/metrics").body(Full::default())?;
        let mut connection = load::connect(&self.server.metrics).await?;
        let (_, text) = load::send(&mut connection, request).await?;
        let text = String::from_utf8_lossy(&text);
        let number = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.trim().parse().ok())
                .with_context(|| format!("no {name}"))
        };
        Ok(Writes {
            commits: number("pumphouse_store_commits_total")?,
            writes: number("pumphouse_store_writes_total")?,
            bytes: self.server.written().context("the system does not say")?,
        })
    }
}

struct Writes {
    commits: u64,
    writes: u64,
    bytes: u64,
}

/// From the start of the process to its first answer, which is an inbox page.
async fn starts(data: &Data) -> Result<()> {
    let mut times = Vec::new();
    let mut memory = 0;
    for _ in 0..STARTS {
        let begun = Instant::now();
        let server = Running::server(&data.store())?;
        let person = &data.people[0];
        ask(&server.address, person.get(&person.feed("inbox"))?).await?;
        times.push(begun.elapsed());
        memory = server.memory().unwrap_or_default();
        server.stop()?;
    }
    times.sort();
    println!(
        "start to first answer: {:.0} ms; memory then: {:.0} MiB",
        times[STARTS / 2].as_secs_f64() * 1e3,
        memory as f64 / 1_024.0
    );
    Ok(())
}

/// A number that looks random, the same each time (SplitMix64).
fn scatter(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
