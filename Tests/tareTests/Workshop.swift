import Foundation
import TareTesting

/// A folder with the tiny model, its head and an input to score.
struct Workshop {
  let folder: TemporaryFolder
  let model: String
  let head: String
  let pairs: String

  /// - Parameter count: preference pairs in the input; their texts differ in length.
  init(pairs count: Int) throws {
    folder = try TemporaryFolder()
    model = try folder.file("tiny.gguf", TinyModel.gguf())
    head = try folder.file("head.safetensors", TinyModel.head())
    var generator = SplitMix(state: 17)
    func text() -> String {
      let words = ["red", "blue", "seven", "sings", "slowly", "über", "the", "a", "bird", "42"]
      let count = Int.random(in: 1...25, using: &generator)
      return (0..<count).map { _ in words.randomElement(using: &generator) ?? "" }
        .joined(separator: " ")
    }
    var lines = ""
    for index in 0..<count {
      let section = ["Chat", "Safety"][index % 2]
      lines += """
        {"id": "p\(index)", "section": "\(section)", "subset": "s\(index % 3)", \
        "prompt": "\(text())", "chosen": "\(text())", "rejected": "\(text()) no"}

        """
    }
    pairs = try folder.file("pairs.jsonl", Data(lines.utf8))
  }

  func score(_ more: String...) -> [String] {
    ["score", pairs, "--model", model, "--head", head, "--date", "2026-11-23"] + more
  }
}
