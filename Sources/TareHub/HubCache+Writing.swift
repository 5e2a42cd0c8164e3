/// What a pull writes into the cache besides the blobs.
internal import Foundation
internal import TareCore

extension HubCache {
  /// Makes the folders of a model.
  ///
  /// - Throws: `TareError.fault` that names the folder that cannot be made.
  func prepare(_ id: HubID) throws(TareError) {
    let repository = folder.appending(path: id.folderName)
    // `snapshots` is there from the first: huggingface_hub calls a model without one corrupted.
    for place in [
      repository.appending(path: "blobs"), repository.appending(path: "snapshots"),
      folder.appending(path: ".locks/\(id.folderName)"),
    ] { try makeFolder(place) }
    // Backup programs skip a folder with this file. It helps and is not needed.
    let tag = folder.appending(path: "CACHEDIR.TAG")
    if !FileManager.default.fileExists(atPath: tag.path) {
      try? Data(Self.tag.utf8).write(to: tag, options: .atomic)
    }
  }

  /// Byte for byte what huggingface_hub writes (`_local_folder.py`).
  private static let tag = """
    Signature: 8a477f597d28d172789f06886806bc55
    # This file is a cache directory tag created by huggingface_hub.
    # For information about cache directory tags, see:
    #\thttps://bford.info/cachedir/

    """

  /// Puts blobs that are all there under their names in the snapshot, and then notes the commit as
  /// the revision's, so that whoever follows the revision finds the whole model or the former one.
  func publish(
    _ files: [HubFile], of id: HubID, commit: String, revision: String
  ) throws(TareError) {
    let snapshot = snapshot(id, commit: commit)
    for file in files {
      let pointer = snapshot.appending(path: file.name)
      try makeFolder(pointer.deletingLastPathComponent())
      let up = String(repeating: "../", count: file.parts.count + 1)
      try link(pointer, to: "\(up)blobs/\(file.checksum.hex)", size: file.size)
    }
    guard revision != commit else { return }
    let ref = folder.appending(path: "\(id.folderName)/refs/\(revision)")
    try makeFolder(ref.deletingLastPathComponent())
    do {
      try Data(commit.utf8).write(to: ref, options: .atomic)
    } catch {
      throw .fault("\(ref.path): cannot be written: \(error.localizedDescription)")
    }
  }

  /// A link that is right stays, and so does a copy of the file, which huggingface_hub makes where
  /// it is told to make no links.
  private func link(_ pointer: URL, to target: String, size: Int) throws(TareError) {
    for _ in 0..<2 {
      if symlink(target, pointer.path) == 0 { return }
      guard errno == EEXIST else { break }
      var status = stat()
      guard lstat(pointer.path, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFLNK {
        let found = try? FileManager.default.destinationOfSymbolicLink(atPath: pointer.path)
        if found == target { return }
      } else if status.st_mode & S_IFMT == S_IFREG, Int(status.st_size) == size {
        return
      }
      unlink(pointer.path)
    }
    throw .fault("\(pointer.path): no link can be made: \(String(cString: strerror(errno)))")
  }

  private func makeFolder(_ place: URL) throws(TareError) {
    do {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    } catch {
      throw .fault("\(place.path): cannot be made: \(error.localizedDescription)")
    }
  }

  /// - Throws: `TareError.fault` if the cache's disk has less than `bytes` free.
  func checkSpace(for bytes: Int) throws(TareError) {
    var status = statvfs()
    guard statvfs(folder.path, &status) == 0 else { return }
    let (free, overflow) = Int(clamping: UInt64(status.f_bavail))
      .multipliedReportingOverflow(by: Int(clamping: UInt64(status.f_frsize)))
    guard overflow || free >= bytes else {
      throw .fault(
        "\(folder.path): \(bytes.bytesText) to download, but only \(free.bytesText) are free; "
          + "HF_HOME selects another folder")
    }
  }
}
