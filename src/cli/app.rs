//! `formwork app`: check, pack, import.

use super::{Failure, open};
use crate::{
    config::{Config, Options, ServeOptions},
    definition::{
        finding::{Severity, has_errors},
        package::{Documents, Limits},
    },
    service::{apps::check, jobs::Stop, scenarios},
};
use clap::{Args, Subcommand};
use serde_json::json;
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lint an app: a folder or a .fwapp package
    Check(Check),
    /// Play the scenarios of an app in a throw-away database
    Test(Check),
    /// Write the package of an app's folder
    Pack(Pack),
    /// Import an app, whole or not at all
    Import(Import),
}

#[derive(Debug, Args)]
pub struct Check {
    path: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct Pack {
    path: PathBuf,
    /// Where to write; beside the folder, where nothing is said
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Import {
    path: PathBuf,
    /// With the app's sample master data
    #[arg(long)]
    samples: bool,
    /// Import it though scenarios fail, for this reason
    #[arg(long, value_name = "REASON")]
    in_spite: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(options: &Options, command: Command) -> Result<(), Failure> {
    match command {
        Command::Check(own) => check_app(&own),
        Command::Test(own) => test(&own).await,
        Command::Pack(own) => pack(&own),
        Command::Import(own) => import(options, own).await,
    }
}

fn check_app(own: &Check) -> Result<(), Failure> {
    let documents = read(&own.path)?;
    let checked = check(&documents);
    let errors = checked.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let warnings = checked.findings.len() - errors;
    if own.json {
        println!("{}", json!({"errors": errors, "warnings": warnings, "findings": checked.findings}));
    } else {
        for finding in &checked.findings {
            println!("{finding}");
        }
        println!("{}: {errors} errors, {warnings} warnings", own.path.display());
    }
    if has_errors(&checked.findings) { Err(Failure::Failed("the app cannot be published".into())) } else { Ok(()) }
}

async fn test(own: &Check) -> Result<(), Failure> {
    let documents = read(&own.path)?;
    let checked = check(&documents);
    if has_errors(&checked.findings) {
        let lines: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
        return Err(Failure::Failed(format!("the app has errors and was not tried:\n{}", lines.join("\n"))));
    }
    let (progress, _) = tokio::sync::watch::channel((0, 0));
    let run = scenarios::run(&documents, &progress, &Stop::default()).await?;
    if own.json {
        println!("{}", json!({"passed": run.green(), "failed": run.red(), "scenarios": run.played}));
    } else {
        for played in &run.played {
            match &played.failure {
                None => println!("ok      {}: {}", played.key, played.title),
                Some(failure) => {
                    let said: Vec<String> =
                        failure.params.iter().map(|(name, value)| format!("{name} \"{value}\"")).collect();
                    let (step, who, code) = (failure.step, &failure.who, &failure.code);
                    println!("FAILED  {}: {}", played.key, played.title);
                    println!("        step {step} ({who}): {code} {}", said.join(", "));
                }
            }
        }
        println!("{}: {} passed, {} failed", own.path.display(), run.green(), run.red());
    }
    if run.red() == 0 { Ok(()) } else { Err(Failure::Failed(format!("{} scenarios failed", run.red()))) }
}

fn pack(own: &Pack) -> Result<(), Failure> {
    let documents = read(&own.path)?;
    let checked = check(&documents);
    let app = checked.app.filter(|_| !has_errors(&checked.findings)).ok_or_else(|| {
        let lines: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
        Failure::Failed(format!("the app has errors and was not packed:\n{}", lines.join("\n")))
    })?;
    let bytes = documents.to_zip().map_err(|error| Failure::Failed(error.to_string()))?;
    let output = own
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("{}-{}.fwapp", app.manifest.key, app.manifest.version)));
    let mut file = fs::File::create(&output)
        .map_err(|error| Failure::Failed(format!("{} cannot be written: {error}", output.display())))?;
    file.write_all(&bytes)?;
    println!("{} ({} bytes)", output.display(), bytes.len());
    Ok(())
}

async fn import(options: &Options, own: Import) -> Result<(), Failure> {
    let config = Config::load(options, &ServeOptions::default())?;
    let documents = read(&own.path)?;
    let opened = open::open(&config).await?;
    let service = &opened.service;
    let administrator = service.main_administrator(&service.store.reader()).await?;
    let imported = service
        .import_tried(&administrator.call(service.clock.now()), documents, own.samples, own.in_spite.as_deref())
        .await?;
    service.store.close().await;
    if own.json {
        let (key, tables, rows) = (&imported.key, imported.tables, imported.rows);
        println!("{}", json!({"app": key, "version": imported.version, "tables": tables, "rows": rows}));
    } else {
        println!(
            "{} ({} {}) is live: {} tables, {} rows.",
            imported.title, imported.key, imported.version, imported.tables, imported.rows
        );
    }
    Ok(())
}

/// The documents of a folder or a package.
fn read(path: &Path) -> Result<Documents, Failure> {
    let limits = Limits::default();
    let unreadable = |error: std::io::Error| Failure::Failed(format!("{} cannot be read: {error}", path.display()));
    let metadata = fs::metadata(path).map_err(unreadable)?;
    let documents = if metadata.is_dir() {
        let mut files = Vec::new();
        collect(path, path, &mut files, limits.entries)?;
        Documents::from_files(files, &limits)
    } else {
        if metadata.len() > limits.total {
            return Err(Failure::Failed(format!("{} is larger than any package may be", path.display())));
        }
        Documents::from_zip(&fs::read(path).map_err(unreadable)?, &limits)
    };
    documents.map_err(|error| Failure::Failed(error.finding().to_string()))
}

/// Every file below a folder, by its path with `/`; files whose name starts with a dot are the editor's, not the app's.
fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>, most: usize) -> Result<(), Failure> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            collect(root, &path, files, most)?;
            continue;
        }
        if files.len() >= most {
            return Err(Failure::Failed(format!("{} holds more than {most} files", root.display())));
        }
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        files.push((name, fs::read(&path)?));
    }
    Ok(())
}
