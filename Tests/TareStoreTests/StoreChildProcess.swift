/// Another process that works on a store at the same time: Python with its sqlite3 module.
import Foundation
import Testing

final class PythonProcess {
  private let process = Process()
  private let output = Pipe()

  static let isAvailable =
    (try? PythonProcess("import sqlite3").exitStatus()) == 0

  /// - Parameters:
  ///   - script: has `db`, a connection in autocommit mode, if a database is given.
  ///   - database: path of an SQLite file.
  init(_ script: String, on database: String? = nil) throws {
    let connect =
      database.map {
        "import os, sqlite3, sys, time\ndb = sqlite3.connect('\($0)', timeout=30, isolation_level=None)\n"
      } ?? ""
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", connect + script]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  deinit { kill() }

  /// Waits until the script has printed something; fails the test if it ends without.
  func waitForOutput() throws {
    try #require(!output.fileHandleForReading.availableData.isEmpty, "the Python script failed")
  }

  /// kill -9
  func kill() {
    guard process.isRunning else { return }
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  func exitStatus() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
  }
}
