//! Contents of files, by their SHA-256, in a directory. Nodes that share a database share this directory too.
//!
//! ```text
//! files/ab/cdef…            the content whose hash begins with ab
//! files/incoming/…          what is being received
//! files/removing/…          what is about to go
//! files/derived/ab/cdef….x  made from a content, and made again when it is gone
//! ```
//!
//! A content appears under its name whole or not at all, and after it is on the disk. Nothing here knows who may read what:
//! names are never shown outside.
//!
//! **Removing without a race.** An upload (1) puts the content in place, (2) commits its row, (3) puts the content in place
//! again if it is gone, and only then drops what it received. A removal (a) sets the content aside, (b) deletes the row of the
//! content if no file names it, (c) drops what it set aside, or puts it back if the row had to stay. If (3) came before (a),
//! then (2) did too, so (b) finds the row in use and (c) puts it back; if (a) came before (3), then (3) repairs it.

use super::Error;
use sha2::{Digest, Sha256};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{
    fs::{self, File},
    io::AsyncWriteExt,
};

/// The beginning of a content that is kept to tell its type.
const HEAD: usize = 8 * 1024;
const INCOMING: &str = "incoming";
const REMOVING: &str = "removing";
const DERIVED: &str = "derived";

/// The blob store. Cheap to clone. All that the program knows of where contents lie is behind this.
#[derive(Debug, Clone)]
pub struct Blobs {
    root: Arc<PathBuf>,
}

/// A content on its way in. Dropped before [`Incoming::finish`], nothing of it stays.
#[derive(Debug)]
pub struct Incoming {
    file: File,
    place: Temporary,
    digest: Sha256,
    size: u64,
    head: Vec<u8>,
}

/// A content that was received whole and lies on the disk, not yet under its name.
#[derive(Debug)]
pub struct Received {
    place: Temporary,
    /// SHA-256 in hexadecimal digits.
    pub hash: String,
    /// Bytes.
    pub size: u64,
    /// Its first bytes.
    pub head: Vec<u8>,
}

/// A file that is gone with this value.
#[derive(Debug)]
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a temporary file stays in the data directory");
        }
    }
}

impl Blobs {
    /// The store in this directory, which is made when the first content comes.
    #[must_use]
    pub fn at(root: PathBuf) -> Self {
        Self { root: Arc::new(root) }
    }

    /// Begins to receive a content.
    ///
    /// # Errors
    /// [`Error::Full`]; the directory cannot be written.
    pub async fn begin(&self) -> Result<Incoming, Error> {
        let path = self.random(INCOMING).await?;
        let file = private().open(&path).await?;
        Ok(Incoming { file, place: Temporary(path), digest: Sha256::new(), size: 0, head: Vec::new() })
    }

    /// Puts a content under its name, if it is not there.
    ///
    /// # Errors
    /// [`Error::Full`]; the directory cannot be written.
    pub async fn place(&self, received: &Received) -> Result<(), Error> {
        let target = self.path(&received.hash);
        self.link(&received.place.0, &target).await
    }

    /// The content, to be read, and its size in bytes; nothing where there is none.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn open(&self, hash: &str) -> Result<Option<(File, u64)>, Error> {
        open(&self.path(hash)).await
    }

    /// Sets a content aside before its row is deleted; nothing where there is none.
    ///
    /// # Errors
    /// The directory cannot be written.
    pub async fn set_aside(&self, hash: &str) -> Result<Option<SetAside>, Error> {
        let aside = self.random(REMOVING).await?.with_extension(hash);
        match fs::rename(self.path(hash), &aside).await {
            Ok(()) => Ok(Some(SetAside { path: aside, hash: hash.to_owned() })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Puts back what was set aside: its content is still used.
    ///
    /// # Errors
    /// The directory cannot be written.
    pub async fn put_back(&self, aside: SetAside) -> Result<(), Error> {
        match self.link(&aside.path, &self.path(&aside.hash)).await {
            // Another node has put it back.
            Err(Error::Other(_)) if !fs::try_exists(&aside.path).await? => return Ok(()),
            other => other?,
        }
        remove(&aside.path).await
    }

    /// Drops what was set aside, and what was derived from it.
    ///
    /// # Errors
    /// The directory cannot be written.
    pub async fn drop_aside(&self, aside: SetAside) -> Result<(), Error> {
        remove(&aside.path).await?;
        let derived = self.derived(&aside.hash, "");
        let (Some(directory), Some(stem)) = (derived.parent(), derived.file_stem().and_then(|stem| stem.to_str()))
        else {
            return Ok(());
        };
        let Ok(mut entries) = fs::read_dir(directory).await else { return Ok(()) };
        while let Some(entry) = entries.next_entry().await? {
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(stem)) {
                remove(&entry.path()).await?;
            }
        }
        Ok(())
    }

    /// What an earlier removal set aside and did not live to decide about.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub async fn left_aside(&self) -> Result<Vec<SetAside>, Error> {
        let mut found = Vec::new();
        let mut entries = match fs::read_dir(self.root.join(REMOVING)).await {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
            Err(error) => return Err(error.into()),
        };
        while let Some(entry) = entries.next_entry().await? {
            let path = entry.path();
            if let Some(hash) = path.extension().and_then(|hash| hash.to_str()).map(str::to_owned) {
                found.push(SetAside { path, hash });
            }
        }
        Ok(found)
    }

    /// Drops what was being received when its process ended: files that nobody has written to since `before` (milliseconds
    /// since the Unix epoch).
    ///
    /// # Errors
    /// The directory cannot be written.
    pub async fn drop_stale_incoming(&self, before: i64) -> Result<(), Error> {
        let mut entries = match fs::read_dir(self.root.join(INCOMING)).await {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        while let Some(entry) = entries.next_entry().await? {
            // What was being received may be done meanwhile.
            let Ok(metadata) = entry.metadata().await else { continue };
            let written = metadata.modified()?;
            let written = written.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_millis());
            if i64::try_from(written).is_ok_and(|written| written < before) {
                remove(&entry.path()).await?;
            }
        }
        Ok(())
    }

    /// What was derived from a content under `form`, to be read, and its size in bytes.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn open_derived(&self, hash: &str, form: &str) -> Result<Option<(File, u64)>, Error> {
        open(&self.derived(hash, form)).await
    }

    /// Keeps what was derived from a content.
    ///
    /// # Errors
    /// [`Error::Full`]; the directory cannot be written.
    pub async fn keep_derived(&self, hash: &str, form: &str, bytes: &[u8]) -> Result<(), Error> {
        let target = self.derived(hash, form);
        make_directory(target.parent()).await?;
        let temporary = Temporary(self.random(INCOMING).await?);
        let mut file = private().open(&temporary.0).await?;
        file.write_all(bytes).await?;
        file.flush().await?;
        fs::rename(&temporary.0, &target).await?;
        Ok(())
    }

    fn path(&self, hash: &str) -> PathBuf {
        let (shard, rest) = hash.split_at_checked(2).unwrap_or(("__", hash));
        self.root.join(shard).join(rest)
    }

    fn derived(&self, hash: &str, form: &str) -> PathBuf {
        let (shard, rest) = hash.split_at_checked(2).unwrap_or(("__", hash));
        self.root.join(DERIVED).join(shard).join(format!("{rest}.{form}"))
    }

    /// A name in one of the store's own directories that nobody has.
    async fn random(&self, directory: &str) -> Result<PathBuf, Error> {
        let directory = self.root.join(directory);
        make_directory(Some(&directory)).await?;
        Ok(directory.join(format!("{:032x}", rand::random::<u128>())))
    }

    /// Gives a file a second name, unless that is taken. Where the file system knows no second names, it is copied.
    async fn link(&self, from: &Path, to: &Path) -> Result<(), Error> {
        make_directory(to.parent()).await?;
        match fs::hard_link(from, to).await {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
            Err(error) if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) => {
                let copy = Temporary(self.random(INCOMING).await?);
                fs::copy(from, &copy.0).await?;
                File::open(&copy.0).await?.sync_all().await?;
                fs::rename(&copy.0, to).await?;
            }
            Err(error) => return Err(error.into()),
        }
        if let Some(directory) = to.parent() {
            sync_directory(directory).await?;
        }
        Ok(())
    }
}

/// A content that is on its way out.
#[derive(Debug)]
pub struct SetAside {
    path: PathBuf,
    pub hash: String,
}

impl Incoming {
    /// Takes the next part.
    ///
    /// # Errors
    /// [`Error::Full`]; the directory cannot be written.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).await?;
        self.digest.update(bytes);
        self.size += bytes.len() as u64;
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..room]);
        Ok(())
    }

    /// Bytes so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Ends the content and waits until it is on the disk.
    ///
    /// # Errors
    /// [`Error::Full`]; the directory cannot be written.
    pub async fn finish(mut self) -> Result<Received, Error> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        let hash = self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Received { place: self.place, hash, size: self.size, head: self.head })
    }
}

/// Removes a file, which somebody else may have done already.
async fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

async fn open(path: &Path) -> Result<Option<(File, u64)>, Error> {
    match File::open(path).await {
        Ok(file) => {
            let size = file.metadata().await?.len();
            Ok(Some((file, size)))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Files that only the owner of the process may read.
fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    options
}

async fn make_directory(directory: Option<&Path>) -> Result<(), Error> {
    let Some(directory) = directory else { return Ok(()) };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    Ok(builder.create(directory).await?)
}

/// A new name is only safe once its directory is on the disk too.
async fn sync_directory(directory: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    File::open(directory).await?.sync_all().await?;
    #[cfg(not(unix))]
    let _directories_have_no_handle = directory;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    fn store() -> (tempfile::TempDir, Blobs) {
        let directory = tempfile::tempdir().expect("a directory");
        let blobs = Blobs::at(directory.path().join("files"));
        (directory, blobs)
    }

    async fn received(blobs: &Blobs, parts: &[&[u8]]) -> Received {
        let mut incoming = blobs.begin().await.expect("it begins");
        for part in parts {
            incoming.write(part).await.expect("it is written");
        }
        incoming.finish().await.expect("it ends")
    }

    async fn content(blobs: &Blobs, hash: &str) -> Option<Vec<u8>> {
        let (mut file, size) = blobs.open(hash).await.expect("it opens")?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).await.expect("it reads");
        assert_eq!(size, bytes.len() as u64);
        Some(bytes)
    }

    fn files_below(directory: &Path) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
    }

    #[tokio::test]
    async fn a_content_lies_under_its_hash_once() {
        let (directory, blobs) = store();
        let first = received(&blobs, &[b"hel", b"lo"]).await;
        assert_eq!(first.hash, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
        assert_eq!((first.size, first.head.as_slice()), (5, b"hello".as_slice()));
        assert!(content(&blobs, &first.hash).await.is_none(), "not before it is placed");
        blobs.place(&first).await.expect("it is placed");
        let second = received(&blobs, &[b"hello"]).await;
        blobs.place(&second).await.expect("it is placed again");
        drop((first, second));
        let left = files_below(directory.path());
        assert_eq!(left.len(), 1, "{left:?}");
        assert!(left[0].ends_with("2c/f24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"), "{left:?}");
    }

    #[tokio::test]
    async fn what_was_not_finished_leaves_nothing() {
        let (directory, blobs) = store();
        let mut incoming = blobs.begin().await.expect("it begins");
        incoming.write(b"half").await.expect("it is written");
        drop(incoming);
        assert_eq!(files_below(directory.path()), Vec::<PathBuf>::new());
    }

    #[tokio::test]
    async fn a_removal_meets_a_new_upload() {
        let (_directory, blobs) = store();
        let received = received(&blobs, &[b"again"]).await;
        blobs.place(&received).await.expect("placed");
        let hash = received.hash.clone();
        blobs.keep_derived(&hash, "small", b"thumb").await.expect("kept");
        // The upload's last look comes after the content was set aside.
        let aside = blobs.set_aside(&hash).await.expect("set aside").expect("there");
        blobs.place(&received).await.expect("placed again");
        blobs.drop_aside(aside).await.expect("dropped");
        assert_eq!(content(&blobs, &hash).await.as_deref(), Some(b"again".as_slice()));
        assert!(blobs.open_derived(&hash, "small").await.expect("opens").is_none());
        // The upload was done before; its row makes the removal put it back.
        drop(received);
        let aside = blobs.set_aside(&hash).await.expect("set aside").expect("there");
        assert_eq!(blobs.left_aside().await.expect("listed").len(), 1);
        blobs.put_back(aside).await.expect("put back");
        assert_eq!(content(&blobs, &hash).await.as_deref(), Some(b"again".as_slice()));
        assert!(blobs.left_aside().await.expect("listed").is_empty());
    }
}
