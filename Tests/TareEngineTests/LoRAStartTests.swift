/// Adapters whose loading changes their base, and those that cannot be read: refused by name.
import Foundation
import TareCore
import TareEngine
import TareTesting
import Testing

@Suite struct LoRAStartTests {
  private static let lora = FamilyCase.root.appending(path: "lora")
  private let folder: TemporaryFolder
  private let base = lora.appending(path: "base")

  /// A copy of an adapter, to be changed.
  init() throws {
    folder = try TemporaryFolder()
    let source = Self.lora.appending(path: "pissa")
    for name in ["adapter_config.json", "adapter_model.safetensors"] {
      try FileManager.default.copyItem(
        at: source.appending(path: name), to: folder.url.appending(path: name))
    }
  }

  private func set(_ key: String, _ value: JSONValue) throws {
    let file = folder.url.appending(path: "adapter_config.json")
    var object = try JSONValue(parsing: Array(Data(contentsOf: file))).object ?? [:]
    object[key] = value
    try Data(JSONValue.object(object).text().utf8).write(to: file)
  }

  private func refusal() -> String {
    do {
      _ = try ModelWeights(folder.url, base: base).body(threads: 1)
      return "nothing was refused"
    } catch {
      #expect(error.exitCode == 65)
      return error.description
    }
  }

  @Test(arguments: [
    ("pissa_niter_4", "random directions"), ("loftq", "quantises"), ("corda", "not saved"),
    ("lora_ga", "not saved"), ("a_new_one", "'a_new_one'"),
  ])
  func `a start that cannot be computed again is refused by name`(
    name: String, reason: String
  ) throws {
    try set("init_lora_weights", .string(name))
    let text = refusal()
    #expect(text.contains("init_lora_weights") && text.contains(name) && text.contains(reason))
  }

  @Test(arguments: [
    JSONValue.bool(true), false, .null, "gaussian", "orthogonal", "eva", "mica", "pissa", "OLoRA",
  ])
  func `other starts are read`(name: JSONValue) throws {
    try set("init_lora_weights", name)
    #expect(refusal() == "nothing was refused")
  }

  private func write(_ tensors: [(name: String, shape: [Int], values: [Float])]) throws {
    try Safetensors.encode(tensors, metadata: [:])
      .write(to: folder.url.appending(path: "adapter_model.safetensors"))
  }

  @Test(arguments: [
    ("model.layers.0.mlp.experts", "shapes that fit the experts of the base"),
    ("model.layers.0.mlp.experts.base_layer", "shapes that fit the experts of the base"),
    ("score", "never saved"),
    ("model.layers.7.mlp.up_proj", "that the base does not have"),
  ])
  func `a change that cannot be made is told by what it is`(layer: String, reason: String) throws {
    try set("init_lora_weights", true)
    let name = "base_model.model.\(layer)"
    try write([
      ("\(name).lora_A.weight", [1, 2], [1, 2]), ("\(name).lora_B.weight", [2, 1], [1, 2]),
    ])
    let text = refusal()
    #expect(text.contains(reason), "\(text)")
  }

  @Test func `an adapter as a pickle, and one in a folder of its name, are told`() throws {
    let manager = FileManager.default
    try manager.removeItem(at: folder.url.appending(path: "adapter_model.safetensors"))
    _ = try folder.file("adapter_model.bin", Data([0x80]))
    let pickle = refusal()
    #expect(pickle.contains("adapter_model.bin") && pickle.contains("save_pretrained"))
    let inner = folder.url.appending(path: "mine")
    try manager.createDirectory(at: inner, withIntermediateDirectories: true)
    try manager.moveItem(
      at: folder.url.appending(path: "adapter_config.json"),
      to: inner.appending(path: "adapter_config.json"))
    let named = refusal()
    #expect(named.contains("'mine'") && named.contains("\(folder.url.path)/mine"), "\(named)")
  }

  @Test func `a base of another name than the adapter's is remarked on`() throws {
    func remarks() throws -> [String] { try ModelWeights(folder.url, base: base).remarks }
    for name in ["base", "someone/base", base.path, "../base/"] {
      try set("base_model_name_or_path", .string(name))
      #expect(try remarks() == [], "\(name)")
    }
    try set("base_model_name_or_path", "someone/other-7b")
    let found = try remarks()
    #expect(found.count == 1)
    #expect(found.first?.contains("'someone/other-7b'") == true)
    #expect(found.first?.contains(base.path) == true)
  }

  @Test func `a base is looked for from the current folder, too`() throws {
    let here = URL(filePath: FileManager.default.currentDirectoryPath)
    let path = base.path.hasPrefix(here.path + "/") ? base.path.dropFirst(here.path.count + 1) : ""
    try #require(!path.isEmpty, "tests run in the project's folder")
    try set("base_model_name_or_path", .string(String(path)))
    #expect(try ModelWeights(folder.url).baseURL?.path.hasSuffix("lora/base") == true)
  }

  /// W is made of its parts, Σ σᵢ uᵢ vᵢᵀ, so that the leading ones are known.
  @Test(arguments: [(40, 60, 3), (90, 30, 8), (12, 12, 12), (300, 200, 16)])
  func `the part of the largest singular values is found`(
    rows: Int, columns: Int, rank: Int
  ) throws {
    var generator = Xoshiro256(seed: UInt64(rows))
    func directions(_ width: Int, _ count: Int) -> [[Double]] {
      var frame = OrthonormalRows(width: width)
      while frame.count < count {
        let vector = (0..<width).map { _ in Double.random(in: -1...1, using: &generator) }
        _ = frame.append(vector, least: 1e-6)
      }
      return (0..<count).map { Array(frame.values[($0 * width)..<(($0 + 1) * width)]) }
    }
    let count = min(rows, columns)
    let (left, right) = (directions(rows, count), directions(columns, count))
    // Values that are near each other: 2% apart.
    let sizes = (0..<count).map { pow(0.98, Double($0)) }
    func sum(_ parts: Range<Int>) -> [Double] {
      var matrix = [Double](repeating: 0, count: rows * columns)
      for part in parts {
        for row in 0..<rows {
          let factor = sizes[part] * left[part][row]
          for column in 0..<columns {
            matrix[row * columns + column] += factor * right[part][column]
          }
        }
      }
      return matrix
    }
    let whole = sum(0..<count)
    let part = try LeadingPart(whole, rows: rows, columns: columns, rank: rank)
    let wanted = sum(0..<rank)
    for row in 0..<rows {
      for column in 0..<columns {
        let found = (0..<part.count).reduce(0.0) {
          $0 + part.left[$1 * rows + row] * part.right[$1 * columns + column]
        }
        #expect(abs(found - wanted[row * columns + column]) < 1e-7)
      }
    }
  }

  @Test func `equal singular values at the edge are refused`() throws {
    let identity = (0..<100).map { $0 % 11 == 0 ? 1.0 : 0 }
    #expect(throws: TareError.self) {
      try LeadingPart(identity, rows: 10, columns: 10, rank: 3)
    }
  }
}
