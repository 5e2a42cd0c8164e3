/// The shared decision models: tiny checkpoints with transformers' prompts and answers. They are not part
/// of the project, and tests that use them are skipped without them.
package import Foundation

package enum DecisionFixtures {
  private static let archive = sharedFolder.appending(path: "fixtures/decisions.tar.gz")
  package static let isHere = exists(archive) && ParityCheckpoints.isHere
  package static let names = [
    "chat-gemma2", "chat-llama3", "chat-mistral", "chat-qwen2", "chat-qwen3",
    "codes-noncausal-qwen2", "codes-qwen2", "inverted-llama3", "jev-lora-qwen2", "jev-qwen2",
    "jev-saved-llama3", "joint-qwen3", "labels-qwen3", "raw-qwen3", "template-llama3",
    "template-mistral",
  ]

  /// Unpacked once for each run of the tests, and put together from the parts of several folders.
  private static let whole = Result { () throws -> URL in
    let manager = FileManager.default
    let folder = manager.temporaryDirectory.appending(path: "tare-decisions-\(UUID().uuidString)")
    try manager.createDirectory(at: folder, withIntermediateDirectories: true)
    let tar = Process()
    tar.executableURL = URL(filePath: "/usr/bin/env")
    tar.arguments = ["tar", "-xzf", archive.path, "-C", folder.path]
    try tar.run()
    tar.waitUntilExit()
    for name in names { try complete(folder, name) }
    return folder
  }

  /// Links the tokenizer and the weights that other folders have.
  private static func complete(_ folder: URL, _ name: String) throws {
    let own = folder.appending(path: name)
    let data = try Data(contentsOf: own.appending(path: "fixture.json"))
    let facts = try JSONSerialization.jsonObject(with: data) as? [String: String] ?? [:]
    let manager = FileManager.default
    if let tokenizer = facts["tokenizer"] {
      for file in ["tokenizer.json", "tokenizer_config.json"] {
        try manager.createSymbolicLink(
          at: own.appending(path: file),
          withDestinationURL: ParityCheckpoints.folder(tokenizer).appending(path: file))
      }
    }
    guard let weights = facts["weights"], weights != "." else { return }
    for file in ["config.json", "model.safetensors"] {
      try manager.createSymbolicLink(
        at: own.appending(path: file),
        withDestinationURL: folder.appending(path: weights).appending(path: file))
    }
  }

  package static func folder() throws -> URL { try whole.get() }
  package static func folder(_ name: String) throws -> URL { try folder().appending(path: name) }

  /// The lines of a file of the archive.
  package static func lines(_ path: String) throws -> [String] {
    try String(contentsOf: folder().appending(path: path), encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }
}
