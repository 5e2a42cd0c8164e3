/// A file system of a chosen size in memory, for full and read-only disks.
import Foundation
import TareTesting
import Testing

struct SmallDisk {
  private let mountPoint: String

  static let isAvailable: Bool = {
    guard let folder = try? TemporaryFolder(), let disk = try? SmallDisk(folder, kilobytes: 64)
    else { return false }
    disk.unmount()
    return true
  }()

  var path: String { mountPoint + "/scores.db" }

  init(_ folder: TemporaryFolder, kilobytes: Int) throws {
    mountPoint = folder.path("disk")
    try FileManager.default.createDirectory(atPath: mountPoint, withIntermediateDirectories: true)
    try run("mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", mountPoint)
  }

  /// Lazily, so that a store that is still open does not keep the folder from being removed.
  func unmount() { try? run("umount", "-l", mountPoint) }

  func resize(kilobytes: Int) throws { try remount("size=\(kilobytes)k") }
  func makeReadOnly() throws { try remount("ro") }
  func makeWritable() throws { try remount("rw") }

  private func remount(_ options: String) throws {
    try run("mount", "-o", "remount,\(options)", mountPoint)
  }
}

/// - Throws: if the command fails.
private func run(_ command: String...) throws {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = command
  process.standardError = FileHandle.nullDevice
  try process.run()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0, "\(command.joined(separator: " ")) failed")
}
