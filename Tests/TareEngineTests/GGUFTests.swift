import Foundation
import TareCore
import TareEngine
import TareTesting
import Testing

extension GGUFBuilder {
  func directory() throws(TareError) -> WeightDirectory {
    let file = file
    return try Result { try file.withUnsafeBytes { try GGUF.directory(of: $0) } }.asTareError()
      .get()
  }
}

extension Result where Failure == any Error {
  func asTareError() -> Result<Success, TareError> {
    mapError { $0 as? TareError ?? .fault("\($0)") }
  }
}

@Suite struct GGUFTests {
  @Test(arguments: [UInt32(2), 3])
  func `metadata of every type and tensors are read`(version: UInt32) throws {
    var builder = GGUFBuilder()
    builder.version = version
    builder.pairs = [
      ("u8", 0, [200]), ("i8", 1, [0xFF]), ("u16", 2, [1, 2]), ("i16", 3, [0xFE, 0xFF]),
      ("u32", 4, GGUFBuilder.bytes(UInt32.max)), ("i32", 5, GGUFBuilder.bytes(Int32(-5))),
      ("f32", 6, GGUFBuilder.bytes(Float(1.5).bitPattern)), ("bool", 7, [1]),
      ("text", 8, GGUFBuilder.string("höhe")),
      (
        "list", 9,
        GGUFBuilder.bytes(UInt32(4)) + GGUFBuilder.bytes(UInt64(2)) + [1, 0, 0, 0, 2, 0, 0, 0]
      ),
      ("u64", 10, GGUFBuilder.bytes(UInt64(7))), ("i64", 11, GGUFBuilder.bytes(Int64(-7))),
      ("f64", 12, GGUFBuilder.bytes(2.5.bitPattern)),
    ]
    builder.tensors = [("a", [4, 2], 0, 0), ("b", [32], 8, 32)]
    let found = try builder.directory()
    let (metadata, tensors) = (found.metadata, found.tensors)
    #expect(
      JSONValue.object(metadata)
        == [
          "u8": 200, "i8": -1, "u16": 513, "i16": -2, "u32": 4_294_967_295, "i32": -5, "f32": 1.5,
          "bool": true, "text": "höhe", "list": [1, 2], "u64": 7, "i64": -7, "f64": 2.5,
        ])
    #expect(tensors["a"]?.shape == [2, 4])
    #expect(tensors["b"]?.type == .q80)
    #expect(tensors["b"].map { $0.range.count } == 34)
  }

  @Test(arguments: [
    ("a wrong version", "byte 8"), ("big endian", "big-endian"),
    ("absurd tensor count", "a count of"), ("absurd pair count", "a count of"),
    ("a key twice", "'k'"), ("an unknown value type", "value type 99"),
    ("an absurd array", "a count of"), ("deep arrays", "nested"), ("bad alignment", "alignment"),
    ("a tensor twice", "'t'"), ("overlapping tensors", "overlaps"), ("no dimensions", "dimensions"),
    ("five dimensions", "dimensions"), ("a zero extent", "extent 0"),
    ("an overflowing shape", "extent"), ("an unknown tensor type", "tensor type 4"),
    ("a broken block row", "a multiple of 32"), ("an odd offset", "alignment"),
    ("an offset out of range", "tensor 't'"), ("data cut off", "truncated"),
    ("a bad boolean", "boolean"),
  ])
  func `a hostile file is refused by name`(fault: String, mention: String) {
    var builder = GGUFBuilder()
    let tensor: (String, [UInt64], UInt32, UInt64) = ("t", [32], 0, 0)
    builder.tensors = [tensor]
    switch fault {
    case "a wrong version": builder.version = 9
    case "big endian": builder.version = UInt32(3).byteSwapped
    case "absurd tensor count": builder.tensorCount = .max
    case "absurd pair count": builder.pairCount = 1 << 60
    case "a key twice": builder.pairs = [("k", 0, [1]), ("k", 0, [2])]
    case "an unknown value type": builder.pairs = [("k", 99, [1])]
    case "an absurd array":
      builder.pairs = [("k", 9, GGUFBuilder.bytes(UInt32(8)) + GGUFBuilder.bytes(UInt64.max))]
    case "deep arrays":
      let level = GGUFBuilder.bytes(UInt32(9)) + GGUFBuilder.bytes(UInt64(1))
      builder.pairs = [("k", 9, Array([level, level, level, level, level, level].joined()))]
    case "bad alignment": builder.pairs = [("general.alignment", 4, GGUFBuilder.bytes(UInt32(7)))]
    case "a tensor twice": builder.tensors = [tensor, ("t", [32], 0, 128)]
    case "overlapping tensors": builder.tensors = [tensor, ("u", [32], 0, 64)]
    case "no dimensions": builder.tensors = [("t", [], 0, 0)]
    case "five dimensions": builder.tensors = [("t", [1, 1, 1, 1, 1], 0, 0)]
    case "a zero extent": builder.tensors = [("t", [0], 0, 0)]
    case "an overflowing shape": builder.tensors = [("t", [1 << 40, 1 << 40], 0, 0)]
    case "an unknown tensor type": builder.tensors = [("t", [32], 4, 0)]
    case "a broken block row": builder.tensors = [("t", [33], 2, 0)]
    case "an odd offset": builder.tensors = [("t", [32], 0, 4)]
    case "an offset out of range": builder.tensors = [("t", [32], 0, UInt64(Int64.max) / 32 * 32)]
    case "data cut off": builder.data = Array(repeating: 0, count: 100)
    default: builder.pairs = [("k", 7, [7])]
    }
    let error = #expect(throws: TareError.self) { try builder.directory() }
    #expect(error?.description.contains(mention) == true, "\(String(describing: error))")
    #expect(error?.exitCode == 65)
  }

  @Test func `a file cut off anywhere is refused`() throws {
    var builder = GGUFBuilder()
    builder.pairs = [("k", 8, GGUFBuilder.string("value")), ("n", 4, [1, 0, 0, 0])]
    builder.tensors = [("t", [32], 0, 0), ("u", [32], 0, 128)]
    let file = builder.file
    for length in 8..<file.count {
      #expect(throws: TareError.self, "\(length) of \(file.count) bytes") {
        try file[..<length].withUnsafeBytes { try GGUF.directory(of: $0) }
      }
    }
  }

  @Test func `random damage never crashes`() throws {
    var builder = GGUFBuilder()
    builder.pairs = [
      ("k", 8, GGUFBuilder.string("value")),
      ("list", 9, GGUFBuilder.bytes(UInt32(4)) + GGUFBuilder.bytes(UInt64(1)) + [1, 0, 0, 0]),
    ]
    builder.tensors = [("t", [32, 2], 2, 0), ("u", [32], 0, 128)]
    let file = builder.file
    var generator = SplitMix(state: 11)
    var refused = 0
    for _ in 0..<20_000 {
      var damaged = file
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        damaged[Int.random(in: 4..<file.count - 256, using: &generator)] =
          UInt8.random(in: 0...255, using: &generator)
      }
      do {
        _ = try damaged.withUnsafeBytes { try GGUF.directory(of: $0) }
      } catch {
        refused += 1
      }
    }
    #expect(refused > 10_000)
  }

  @Test func `all numbers of 16 bits are read exactly`() {
    let patterns = (0...UInt16.max).map { $0 }
    for (type, value) in [
      (TensorType.f16, { Float(Float16(bitPattern: $0)) }),
      (.bf16, { Float(bitPattern: UInt32($0) << 16) }),
    ] as [(TensorType, (UInt16) -> Float)] {
      let target = FloatBuffer(count: patterns.count)
      patterns.withUnsafeBytes { type.dequantize($0, into: target.view) }
      for (found, pattern) in zip(target.view.array, patterns) {
        let wanted = value(pattern)
        #expect(found.bitPattern == wanted.bitPattern || found.isNaN && wanted.isNaN)
      }
    }
  }

  @Test(arguments: TensorType.gguf.filter { $0 != .f64 })
  func `blocks are dequantised as the gguf package does`(type: TensorType) throws {
    let folder = projectFolder.appending(path: "Tests/TareEngineTests/Fixtures")
    let blocks = try WeightReader(WeightFile(folder.appending(path: "blocks.gguf")))
    let wanted = try WeightReader(
      WeightFile(folder.appending(path: "blocks_reference.safetensors")))
    let found = try blocks[type.name].rows(3, 512)
    // The reference multiplies scale and value in the same order in float32; the K types' scale of
    // a scale may be rounded once more: two units in the last place of the largest value.
    let reference = try wanted[type.name].rows(3, 512)
    let largest = reference.joined().map(abs).max() ?? 0
    expectClose(
      Array(found.joined()), Array(reference.joined()), tolerance: largest * .ulpOfOne * 2)
  }

  @Test func `a model in parts is found from any of them`() throws {
    let whole = try ModelWeights(FamilyCase.root.appending(path: "llama/model.gguf"))
    let wanted = try whole.body(threads: 1).hiddenStates([[3, 4, 5, 6]], at: [[0, 3]])
    let folder = FamilyCase.root.appending(path: "gguf_split")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names.count > 1)
    for name in names {
      let model = try ModelWeights(folder.appending(path: name))
      #expect(model.files.count == names.count)
      let found = try model.body(threads: 1).hiddenStates([[3, 4, 5, 6]], at: [[0, 3]])
      #expect(found == wanted)
    }
  }

  @Test func `a part that is missing or called otherwise is refused by name`() throws {
    let source = FamilyCase.root.appending(path: "gguf_split")
    let names = try FileManager.default.contentsOfDirectory(atPath: source.path).sorted()
    let folder = try TemporaryFolder()
    let first = folder.url.appending(path: names[0])
    try FileManager.default.copyItem(at: source.appending(path: names[0]), to: first)
    let missing = #expect(throws: TareError.self) { try ModelWeights(first) }
    #expect(missing?.description.contains(names[1]) == true, "\(String(describing: missing))")
    let other = folder.url.appending(path: "other.gguf")
    try FileManager.default.moveItem(at: first, to: other)
    let renamed = #expect(throws: TareError.self) { try ModelWeights(other) }
    #expect(renamed?.description.contains("-00001-of-") == true, "\(String(describing: renamed))")
  }
}
