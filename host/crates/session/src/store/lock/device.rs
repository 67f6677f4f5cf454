//! What kind of file system a folder is on, and the system calls for locks that follow from it.
//!
//! Local are those that are known to be. What is not known may be shared, and is treated so: a lease
//! too many costs milliseconds, one too few the sign-in.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;

/// How far a lock on a file has to reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Only this machine sees the file.
    Machine,
    /// Others may see it.
    Network,
}

/// A kind of file system, as far as locks go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Device {
    /// By name; on one machine.
    Local(&'static str),
    /// By name; shared by machines, or behind a program that may do anything.
    Shared(&'static str),
    /// By its number.
    Unknown(u64),
}

impl Device {
    pub(super) fn reach(self) -> Reach {
        match self {
            Self::Local(_) => Reach::Machine,
            Self::Shared(_) | Self::Unknown(_) => Reach::Network,
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(name) | Self::Shared(name) => formatter.write_str(name),
            Self::Unknown(number) => write!(formatter, "file system {number:#010x}"),
        }
    }
}

/// The kind of file system that `folder` is on.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn of(folder: &Path) -> io::Result<Device> {
    let found = rustix::fs::statfs(folder)?;
    // The type has a different sign and width on each architecture; the number has 32 bits on all.
    let number = found.f_type as u64 & 0xffff_ffff;
    Ok(by_number(number))
}

/// From `statfs(2)` and the kernel's headers.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn by_number(number: u64) -> Device {
    use Device::{Local, Shared, Unknown};
    match number {
        0xef53 => Local("ext4"),
        0x5846_5342 => Local("XFS"),
        0x9123_683e => Local("Btrfs"),
        0x0102_1994 => Local("tmpfs"),
        0x8584_58f6 => Local("ramfs"),
        0x2fc1_2fc1 => Local("ZFS"),
        0xf2f5_2010 => Local("F2FS"),
        0xca45_1a4e => Local("bcachefs"),
        0x3153_464a => Local("JFS"),
        0x5265_4973 => Local("ReiserFS"),
        0x4d44 => Local("FAT"),
        0x2011_bab0 => Local("exFAT"),
        0x5346_544e | 0x7366_746e => Local("NTFS"),
        // The upper layer decides, and that is where containers have their local disk.
        0x794c_7630 => Local("overlayfs"),
        0x6969 => Shared("NFS"),
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => Shared("SMB"),
        0x0bd0_0bd0 => Shared("Lustre"),
        0x4750_4653 => Shared("GPFS"),
        0x1983_0326 => Shared("BeeGFS"),
        0x00c3_6400 => Shared("CephFS"),
        0x6b41_4653 | 0x5346_414f => Shared("AFS"),
        0xaad7_aaea => Shared("PanFS"),
        0x2003_0528 => Shared("OrangeFS"),
        0x0116_1970 => Shared("GFS2"),
        0x7461_636f => Shared("OCFS2"),
        0x0102_1997 => Shared("9P"),
        0x786f_4256 => Shared("a folder of the virtual machine's host"),
        0x6573_5546 => Shared("FUSE"),
        other => Unknown(other),
    }
}

/// The kind of file system that `folder` is on.
#[cfg(target_os = "macos")]
pub(super) fn of(folder: &Path) -> io::Result<Device> {
    /// `MNT_LOCAL` of `mount(2)`.
    const LOCAL: u32 = 0x1000;
    let found = rustix::fs::statfs(folder)?;
    let local = found.f_flags & LOCAL != 0;
    Ok(if local { Device::Local("a local disk") } else { Device::Shared("a network disk") })
}

/// The kind of file system that `folder` is on: nothing tells, so locks are trusted as they are.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos")))]
pub(super) fn of(_: &Path) -> io::Result<Device> {
    Ok(Device::Local("a disk"))
}

/// Takes an `fcntl` lock that belongs to the open file, as `flock`'s do, and that network file
/// systems pass on. The older kind belongs to the process, and goes when it closes any handle of
/// the file. `None` where the system has none.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn try_lock_open_file(file: &File) -> Option<io::Result<bool>> {
    use nix::errno::Errno;
    Some(match set_lock(file, nix::libc::F_WRLCK) {
        Ok(()) => Ok(true),
        Err(Errno::EAGAIN | Errno::EACCES) => Ok(false),
        Err(error) => Err(error.into()),
    })
}

/// Gives back what [`try_lock_open_file`] took.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn unlock_open_file(file: &File) -> Option<io::Result<()>> {
    Some(set_lock(file, nix::libc::F_UNLCK).map_err(Into::into))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn set_lock(file: &File, kind: i32) -> nix::Result<()> {
    use nix::fcntl::{FcntlArg, fcntl};
    let whole = nix::libc::flock {
        l_type: i16::try_from(kind).unwrap_or_default(),
        l_whence: i16::try_from(nix::libc::SEEK_SET).unwrap_or_default(),
        l_start: 0,
        // To the end, wherever that is.
        l_len: 0,
        // Has to be zero for a lock of the open file.
        l_pid: 0,
    };
    fcntl(file, FcntlArg::F_OFD_SETLK(&whole)).map(drop)
}

/// There are none on this system.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn try_lock_open_file(_: &File) -> Option<io::Result<bool>> {
    None
}

/// There are none on this system.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn unlock_open_file(_: &File) -> Option<io::Result<()>> {
    None
}

/// Whether the error says that files cannot be locked there at all.
pub(super) fn is_unsupported(error: &io::Error) -> bool {
    #[cfg(unix)]
    {
        use rustix::io::Errno;
        let none = [Errno::NOLCK, Errno::NOTSUP, Errno::OPNOTSUPP, Errno::NOSYS];
        if Errno::from_io_error(error).is_some_and(|error| none.contains(&error)) {
            return true;
        }
    }
    error.kind() == io::ErrorKind::Unsupported
}
