/// The shared parity checkpoints: tiny models in Hugging Face layout with reference texts, ids and
/// scores. They are not part of the project, and tests that use them are skipped without them.
package import Foundation

package enum ParityCheckpoints {
  private static let archive = sharedFolder.appending(path: "fixtures/parity.tar.gz")
  package static let isHere = exists(archive)
  package static let names = [
    "gated_elementwise", "gated_headwise", "gemma", "gemma2", "llama3", "mistral", "phi3", "qwen2",
    "qwen2_prm", "qwen2_rm_mlp", "qwen2_v_head", "qwen3", "qwen3_moe", "rmoe",
  ]

  /// Unpacked once, and kept for the next run while the archive stays the same.
  private static let folder = Result { () throws -> URL in
    let manager = FileManager.default
    let facts = try manager.attributesOfItem(atPath: archive.path)
    let size = (facts[.size] as? Int) ?? 0
    let date = (facts[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    let kept = manager.temporaryDirectory.appending(path: "tare-parity-\(size)-\(Int(date))")
    guard !exists(kept) else { return kept }
    let fresh = manager.temporaryDirectory.appending(path: "tare-parity-\(UUID().uuidString)")
    try manager.createDirectory(at: fresh, withIntermediateDirectories: true)
    let tar = Process()
    tar.executableURL = URL(filePath: "/usr/bin/env")
    tar.arguments = ["tar", "-xzf", archive.path, "-C", fresh.path]
    try tar.run()
    tar.waitUntilExit()
    do {
      try manager.moveItem(at: fresh, to: kept)
    } catch {
      // Another process was first.
      try manager.removeItem(at: fresh)
    }
    return kept
  }

  package static func folder(_ name: String) throws -> URL {
    try folder.get().appending(path: name)
  }
}
