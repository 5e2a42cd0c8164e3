/// A lock on one blob of the cache, the same that Python's huggingface_hub takes.
internal import Foundation
internal import TareCore

/// `flock` on `.locks/models--ORG--NAME/HASH.lock`, as the `filelock` package does it on Unix: the
/// file stays when the lock is given back. It ends with the process at the latest.
struct HubLock: ~Copyable {
  private let descriptor: Int32

  /// Waits until nobody else holds the lock, in this process or another.
  ///
  /// - Throws: `TareError.fault` if the file cannot be made or the file system has no locks;
  ///   `TareError.interrupted` if the task is cancelled.
  init(_ file: URL) async throws(TareError) {
    while true {
      // Group-writable, so that the users of a shared cache can wait for each other.
      let descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o664)
      guard descriptor >= 0 else { throw Self.fault(file, errno) }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
        // A file that was removed meanwhile guards nothing.
        if Self.isStill(descriptor, file) {
          self.descriptor = descriptor
          return
        }
        close(descriptor)
        continue
      }
      let reason = errno
      close(descriptor)
      guard [EWOULDBLOCK, EINTR, EACCES].contains(reason) else { throw Self.fault(file, reason) }
      do {
        try await Task.sleep(for: .milliseconds(50))
      } catch {
        throw .interrupted("stopped while another process fetched the same file")
      }
    }
  }

  deinit { close(descriptor) }

  private static func isStill(_ descriptor: Int32, _ file: URL) -> Bool {
    var (ours, named) = (stat(), stat())
    return fstat(descriptor, &ours) == 0 && stat(file.path, &named) == 0
      && ours.st_ino == named.st_ino && ours.st_dev == named.st_dev
  }

  private static func fault(_ file: URL, _ reason: Int32) -> TareError {
    .fault("\(file.path): cannot be locked: \(String(cString: strerror(reason)))")
  }
}
