//! An import of 20,000 rows, one in a hundred with a bad cell, beside reading the file and bare inserts.

use crate::{bare, company::Company};
use formwork::service::{
    import::{BadRows, Plan, Step, Wish, plan_of},
    jobs::Stop,
};
use rust_xlsxwriter::Workbook;
use std::time::Instant;

const ROWS: u32 = 20_000;

const HEADS: [&str; 12] =
    ["Code", "Name", "Note", "Category", "Status", "Quantity", "Price", "Count", "Active", "Day", "Opened", "Email"];

fn file(round: u32) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (place, head) in (0_u16..).zip(HEADS) {
        sheet.write_string(0, place, head).expect("a cell");
    }
    for number in 0..ROWS {
        let bad = number % 100 == 17;
        let cells = [
            format!("I-{round}-{number}"),
            format!("Hinge {number}"),
            "Delivered with the second lorry".to_owned(),
            format!("Category {}", number % 20),
            ["open", "closed", "held"][(number % 3) as usize].to_owned(),
            if bad { "many".to_owned() } else { format!("{}.125", number % 1_000) },
            format!("{}.99", number % 500),
            (number % 77).to_string(),
            if number % 2 == 0 { "yes" } else { "no" }.to_owned(),
            "2026-03-02".to_owned(),
            "2026-03-02 09:30".to_owned(),
            "someone@example.com".to_owned(),
        ];
        for (place, cell) in (0_u16..).zip(cells) {
            sheet.write_string(number + 1, place, cell).expect("a cell");
        }
    }
    book.save_to_buffer().expect("a file")
}

async fn ours(company: &Company, bytes: Vec<u8>) {
    let service = &company.service;
    let live = company.live().await;
    let person = service.main_administrator(&service.store.reader()).await.expect("the administrator");
    let call = person.call(service.clock.now());
    let wish = Wish { bad_rows: BadRows::Skip, ..Wish::default() };
    let id = service.upload_import(&call, &live, "entry", "bench.xlsx", bytes, &wish).await.expect("the file");
    let import = service.import(&call, &live, "entry", id).await.expect("the import");
    let _plan: Plan = plan_of(&import).expect("its plan");
    let job = service.start_import(&call, &import, Step::Run).await.expect("a job");
    while service.work(Some(job), &Stop::default()).await.expect("the job is worked on") {
        let job = service.job(&call, job).await.expect("the job");
        if job.finished_at.is_some() {
            break;
        }
    }
    let import = service.import(&call, &live, "entry", id).await.expect("the import");
    let counts = import.counts.unwrap_or_default();
    assert!(counts.contains("\"made\":19800") && counts.contains("\"refused\":200"), "{counts}");
}

/// Three rounds in turn.
pub async fn measure(company: &Company) {
    println!("{:<34} {:>12} {:>12} {:>8}", "import", "bare s", "ours s", "ratio");
    for round in 0..3 {
        let bytes = file(round);
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        let started = Instant::now();
        bare::import(bytes.clone(), &directory.path().join("bare.db")).await;
        let of_bare = started.elapsed().as_secs_f64();
        let started = Instant::now();
        ours(company, bytes).await;
        let of_ours = started.elapsed().as_secs_f64();
        println!("{:<34} {of_bare:>12.2} {of_ours:>12.2} {:>8.2}", format!("{ROWS} rows"), of_ours / of_bare);
    }
}
