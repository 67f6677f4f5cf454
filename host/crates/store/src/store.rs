//! The store's folder, its lock, and the order in which things in it change.
//!
//! Reading takes no lock and writes nothing but a catalog that was out of date. A change takes the
//! lock, and is done when the new index is in its place: what the index will name is written before,
//! the catalog and the removal of what is not named any more come after, and whatever a killed
//! process left undone of that the next one finds and does.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::catalog::Catalog;
use crate::digest::Digest;
use crate::error::StoreError;
use crate::files;
use crate::index::Loaded;
use crate::lock::{Lock, PATIENCE};
use crate::objects::{Objects, Sort};
use crate::stamp::Stamp;

/// How often a catalog is made anew while others keep changing the index, before it is taken as it is.
const ATTEMPTS: usize = 3;

/// Packs on disk. Cheap to make and to clone; two of the same folder see the same packs.
#[derive(Debug, Clone)]
pub struct Store {
    packs: PathBuf,
    patience: Duration,
}

impl Store {
    /// The store in the data folder `data`. Touches nothing.
    pub fn open(data: &Path) -> Self {
        Self { packs: data.join("packs"), patience: PATIENCE }
    }

    /// The same store, which waits for other processes up to `patience` instead of 30 s.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Reads a file that holds a pack, once, so that what is checked is what is stored.
    ///
    /// # Errors
    ///
    /// For what is no regular file, or has more than `limit` bytes.
    pub fn read_source(path: &Path, limit: u64) -> Result<Vec<u8>, StoreError> {
        files::read_source(path, limit).map(|(bytes, _)| bytes)
    }

    /// Checks that a file can be followed: that not everybody could change what is run.
    ///
    /// # Errors
    ///
    /// For a file, or a folder of one, that another user owns or everybody can write.
    pub fn check_followed(path: &Path) -> Result<(), StoreError> {
        files::check_followed(path)
    }

    /// The folder that holds everything of this store; it need not exist.
    pub fn folder(&self) -> &Path {
        &self.packs
    }

    /// The file that says what is installed; it need not exist.
    pub fn index_path(&self) -> PathBuf {
        self.packs.join("index.toml")
    }

    /// Where the component with this digest is stored, if it is.
    pub fn component_path(&self, digest: &str) -> Result<PathBuf, StoreError> {
        Ok(self.objects().path(Sort::Component, &digest.parse()?))
    }

    /// The bytes of the component with this digest, checked.
    pub fn component(&self, digest: &str) -> Result<Vec<u8>, StoreError> {
        let digest: Digest = digest.parse()?;
        self.objects().read(Sort::Component, &digest)
    }

    /// The commands of all active packs: one `stat` and one file, which is made anew where it does
    /// not match the index or is damaged.
    ///
    /// # Errors
    ///
    /// Only where the index itself cannot be read. A catalog that cannot be written is kept in memory.
    pub fn catalog(&self) -> Result<Catalog, StoreError> {
        match self.index_stamp()? {
            None => Ok(Catalog::empty()),
            Some(stamp) => match Catalog::open(self, &self.catalog_path(), stamp) {
                Some(catalog) => Ok(catalog),
                None => self.rebuild_catalog(false),
            },
        }
    }

    /// Makes the catalog anew, and writes it if nobody is changing packs and the folder can be
    /// written. `damaged`: do not believe one that another process has written meanwhile.
    pub(crate) fn rebuild_catalog(&self, damaged: bool) -> Result<Catalog, StoreError> {
        // Who holds the lock now is about to write the catalog too; help does not wait for it.
        let lock = Lock::try_take(&self.lock_path());
        if let (Some(stamp), false) = (self.index_stamp()?, damaged)
            && let Some(catalog) = Catalog::open(self, &self.catalog_path(), stamp)
        {
            return Ok(catalog);
        }
        let loaded = self.load()?;
        if lock.is_some() && loaded.check_writable(&self.index_path()).is_ok() {
            return Ok(self.write_catalog(&loaded));
        }
        self.catalog_in_memory(loaded)
    }

    /// Without the lock, objects can go while the catalog is made; then it is made once more.
    fn catalog_in_memory(&self, mut loaded: Loaded) -> Result<Catalog, StoreError> {
        for _ in 1..ATTEMPTS {
            let catalog = Catalog::build(self, &loaded);
            if self.index_stamp()? == loaded.stamp {
                return Ok(catalog);
            }
            loaded = self.load()?;
        }
        Ok(Catalog::build(self, &loaded))
    }

    /// Writes the catalog of the index that was just read or saved. Not being able to is no error: it
    /// is made again when it is next asked for.
    fn write_catalog(&self, loaded: &Loaded) -> Catalog {
        let catalog = Catalog::build(self, loaded);
        if loaded.stamp.is_none() {
            return catalog;
        }
        let written = files::write_atomic(&self.packs, &self.catalog_path(), catalog.bytes(), files::PRIVATE);
        if let Err(error) = written {
            tracing::warn!(%error, "the catalog of packs could not be written");
        }
        catalog
    }

    /// Changes the index under the lock: nothing is changed where `change` returns an error.
    pub(crate) fn change<T>(
        &self,
        change: impl FnOnce(&mut Loaded) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.change_and(change, |_| ()).map(|(value, ())| value)
    }

    /// Like [`Store::change`], with something to do when the change is done and the lock still held.
    pub(crate) fn change_and<T, U>(
        &self,
        change: impl FnOnce(&mut Loaded) -> Result<T, StoreError>,
        after: impl FnOnce(&Loaded) -> U,
    ) -> Result<(T, U), StoreError> {
        files::make_folder(&self.packs)?;
        let _lock = Lock::take(&self.lock_path(), self.patience)?;
        files::sweep_unfinished(&self.packs);
        let mut loaded = self.load()?;
        loaded.check_writable(&self.index_path())?;
        let before = loaded.index.clone();
        let value = change(&mut loaded)?;
        loaded.index.packs.retain(|_, record| !record.is_empty());
        if loaded.index != before {
            loaded.save(&self.packs, &self.index_path())?;
        }
        // Also where the index says the same: what was broken may have been mended by adding it again.
        self.write_catalog(&loaded);
        let after = after(&loaded);
        Ok((value, after))
    }

    pub(crate) fn load(&self) -> Result<Loaded, StoreError> {
        files::check_folder(&self.packs)?;
        Loaded::read(&self.index_path())
    }

    pub(crate) fn index_stamp(&self) -> Result<Option<Stamp>, StoreError> {
        files::check_folder(&self.packs)?;
        Ok(files::stat_own(&self.index_path())?.as_ref().map(Stamp::of))
    }

    pub(crate) fn objects(&self) -> Objects<'_> {
        Objects::new(&self.packs)
    }

    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    pub(crate) fn catalog_path(&self) -> PathBuf {
        self.packs.join("catalog-v1.bin")
    }

    fn lock_path(&self) -> PathBuf {
        self.packs.join("lock")
    }
}
