//! The root key, under which encrypted fields are sealed: a file of its own, made at the first start and kept out of the
//! database and its backups. Several nodes are given the same file.

use super::Failure;
use crate::{
    config::Config,
    store::vault::{Vault, unhex},
};
use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    path::Path,
};

/// The vault of a configuration. Without a setting the key is `keys/root.key` of the data directory, made where it is not.
///
/// # Errors
/// The file cannot be read or made, or holds no key.
pub fn vault(config: &Config) -> Result<Vault, Failure> {
    let own = config.data.join("keys/root.key");
    let path = config.key_file.as_deref().unwrap_or(&own);
    let fail = |what: String| Failure::Failed(format!("the key of encrypted fields, {}: {what}", path.display()));
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound && config.key_file.is_none() => {
            make(path).map_err(|error| fail(format!("cannot be made: {error}")))?
        }
        Err(error) => return Err(fail(format!("cannot be read: {error}"))),
    };
    let key: Option<[u8; 32]> = unhex(text.trim()).and_then(|bytes| bytes.try_into().ok());
    key.map(Vault::new).ok_or_else(|| fail("is not 64 hexadecimal digits; put back the file it was".to_owned()))
}

/// Makes a key that only the owner of the directory can read, and answers it.
fn make(path: &Path) -> std::io::Result<String> {
    if let Some(directory) = path.parent() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt;
            builder.mode(0o700);
        }
        builder.create(directory)?;
    }
    let key: [u8; 32] = rand::random();
    let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(text)
}
