/// What stands at an output's path, and so how a result gets there without destroying anything.
internal import Foundation
internal import TareCore

struct OutputPlace {
  enum Kind {
    /// Nothing, or a regular file that a new one may take the place of by a rename.
    case file
    /// A regular file whose owner, other names or folder a rename would not keep: written over.
    case writtenOver
    /// A device, a pipe or a terminal: opened and written as the bytes come.
    case stream
    /// A descriptor of this process, such as /dev/stdout.
    case descriptor(Int32)
  }

  /// What errors call it, as the user typed it.
  let name: String
  /// The path with links followed.
  let path: String
  let kind: Kind
  /// What stands there; nil for nothing.
  let status: stat?

  /// - Throws: `TareError.usage` for a folder, for what may not be written, and where the folder is not there.
  init(_ name: String) throws(TareError) {
    guard !name.isEmpty else { throw .usage("an output path is empty: expected a file, or -") }
    self.name = name
    if let descriptor = Self.ownDescriptor(name) {
      (path, status, kind) = (name, nil, .descriptor(descriptor))
      return
    }
    path = try Self.following(links: name)
    var found = stat()
    guard stat(path, &found) == 0 else {
      guard errno == ENOENT else { throw Self.refusal(name, errno) }
      try Self.checkFolder(of: path, name)
      (status, kind) = (nil, .file)
      return
    }
    status = found
    switch found.st_mode & S_IFMT {
    case S_IFDIR: throw .usage("\(name): expected a file, found a folder")
    case S_IFREG:
      // Who is root may write everything; a file that nobody may write is meant to stay as it is.
      guard access(path, W_OK) == 0, found.st_mode & 0o222 != 0 else {
        throw .usage("\(name): the file is read-only")
      }
      let keepsOwner = found.st_uid == geteuid() || geteuid() == 0
      let folderIsWritable = access(Self.folder(of: path), W_OK | X_OK) == 0
      kind = keepsOwner && folderIsWritable && found.st_nlink == 1 ? .file : .writtenOver
    default:
      guard access(path, W_OK) == 0 else { throw Self.refusal(name, errno) }
      kind = .stream
    }
  }

  /// What tells one regular file from another, by whatever path: its device and inode, or those of its
  /// folder and its name where it is not there yet; nil for what is no regular file.
  static func identity(_ name: String) throws(TareError) -> [String]? {
    guard name != "-", ownDescriptor(name) == nil else { return nil }
    let path = try following(links: name)
    var found = stat()
    if stat(path, &found) == 0 {
      return found.st_mode & S_IFMT == S_IFREG ? ["\(found.st_dev)", "\(found.st_ino)"] : nil
    }
    guard stat(folder(of: path), &found) == 0 else { return nil }
    return ["\(found.st_dev)", "\(found.st_ino)", URL(filePath: path).lastPathComponent]
  }

  private static func refusal(_ name: String, _ code: Int32) -> TareError {
    .usage("\(name): cannot be written: \(String(cString: strerror(code)))")
  }

  private static func folder(of path: String) -> String {
    URL(filePath: path).deletingLastPathComponent().path
  }

  private static func checkFolder(of path: String, _ name: String) throws(TareError) {
    var found = stat()
    let folder = folder(of: path)
    guard stat(folder, &found) == 0, found.st_mode & S_IFMT == S_IFDIR else {
      throw .usage("\(name): folder \(folder) does not exist")
    }
    guard access(folder, W_OK | X_OK) == 0 else {
      throw .usage("\(name): folder \(folder) is not writable")
    }
  }

  /// The place that links lead to, be there something or not.
  private static func following(links name: String) throws(TareError) -> String {
    var path = name
    // As many as Linux follows.
    for _ in 0..<40 {
      var found = stat()
      guard lstat(path, &found) == 0, found.st_mode & S_IFMT == S_IFLNK,
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path)
      else { return path }
      // A descriptor's link may have a name that is no path ("pipe:[1]"): the system follows it.
      if path.hasPrefix("/proc/") { return path }
      path = target.hasPrefix("/") ? target : folder(of: path) + "/" + target
    }
    throw refusal(name, ELOOP)
  }

  /// The number of this process's descriptor that a path stands for.
  private static func ownDescriptor(_ path: String) -> Int32? {
    if path == "/dev/stdout" { return STDOUT_FILENO }
    if path == "/dev/stderr" { return STDERR_FILENO }
    for prefix in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(prefix) {
      return Int32(path.dropFirst(prefix.count))
    }
    return nil
  }
}
