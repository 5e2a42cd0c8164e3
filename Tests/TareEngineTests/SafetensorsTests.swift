import Foundation
import TareCore
import TareEngine
import TareTesting
import Testing

@Suite struct SafetensorsTests {
  private func directory(_ data: Data) throws -> (JSONObject, [String: TensorEntry]) {
    let found = try data.withUnsafeBytes { try Safetensors.directory(of: $0) }
    return (found.metadata, found.tensors)
  }

  private func file(header: String, data: Int) -> Data {
    var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
    bytes += Data(header.utf8) + Data(count: data)
    return bytes
  }

  @Test func `what is written is read again`() throws {
    let data = Safetensors.encode(
      [("score.weight", [1, 3], [1, -2, 0.5]), ("score.bias", [1], [7])],
      metadata: ["format": "pt", "read": "last"])
    let (metadata, tensors) = try directory(data)
    #expect(metadata["read"] == "last")
    #expect(tensors["score.weight"]?.shape == [1, 3])
    #expect(tensors["score.bias"].map { $0.range.count } == 4)

    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).safetensors")
    try data.write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let head = try loadRewardHead(WeightReader(WeightFile(url)), HeadContext(hiddenSize: 3))
    #expect(head.score([1, 1, 2]) == 1 - 2 + 1 + 7)
  }

  private func head(
    _ tensors: [(name: String, shape: [Int], values: [Float])]
  ) throws -> any RewardHead {
    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).safetensors")
    try Safetensors.encode(tensors, metadata: [:]).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try loadRewardHead(WeightReader(WeightFile(url)), HeadContext(hiddenSize: 2))
  }

  @Test func `an ensemble or a posterior beside a linear head is its deviation`() throws {
    let score = (name: "score.weight", shape: [1, 2], values: [Float(1), 2])
    #expect(try head([score]).deviation([1, 1]) == nil)
    // Members say 1 + 1, 3 + 0 and 5 − 1: deviation 1. Of the difference to [1, 0], which they give 2,
    // 3 and 4, it is that of 0, 0 and 0.
    let ensemble = try head([
      score, ("ensemble.weight", [3, 2], [1, 0, 3, 0, 5, 0]), ("ensemble.bias", [3], [1, 0, -1]),
    ])
    #expect(ensemble.deviation([1, 1]) == 1 && ensemble.score([1, 1]) == 3)
    let uncertainty = try #require((ensemble as? LinearHead)?.uncertainty)
    #expect(uncertainty.deviation([1, 1], less: [1, 0]) == 0)
    #expect(uncertainty.deviation([2, 0], less: [1, 0]) == 2)
    #expect(ensemble.tensors == ["score.weight", "ensemble.weight", "ensemble.bias"])
    let laplace = try head([
      score, ("laplace.weight", [2, 2], [3, 0, 0, 4]), ("laplace.bias", [2], [0, 0]),
    ])
    #expect(laplace.deviation([1, 1]) == 5)
  }

  @Test func `damaged deviations are refused`() {
    let score = (name: "score.weight", shape: [1, 2], values: [Float(1), 2])
    let damaged: [(name: String, shape: [Int], values: [Float], mention: String)] = [
      ("ensemble.weight", [1, 2], [1, 2], "at least two"),
      ("ensemble.weight", [2, 3], [1, 2, 3, 4, 5, 6], "ensemble.weight"),
      ("laplace.weight", [1, 2], [1, .nan], "finite"),
    ]
    for (name, shape, values, mention) in damaged {
      let error = #expect(throws: TareError.self) { try head([score, (name, shape, values)]) }
      #expect(error?.description.contains(mention) == true, "\(String(describing: error))")
    }
  }

  @Test(arguments: [
    ("[]", "an array"), (#"{"a": 1}"#, "'a'"),
    (#"{"a":{"dtype":"X9","shape":[1],"data_offsets":[0,4]}}"#, "X9"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "4 bytes of data"),
    (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, "shape"),
    (#"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#, "truncated"),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
        + #""b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#, "overlaps"
    ),
    ("{nonsense", "header"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, "4 bytes after the last tensor"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, "4 bytes before it"),
    (#"{"a":{"dtype":"I64","shape":[100],"data_offsets":[0,800]}}"#, "truncated"),
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
        + #""b":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#, "overlaps"
    ),
    (
      #"{"__metadata__":{"a":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
      "an object of strings"
    ),
    (#"{"__metadata__":["a"],"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, "an array"),
  ])
  func `a bad header is refused by name`(header: String, mention: String) {
    let error = #expect(throws: TareError.self) { try directory(file(header: header, data: 8)) }
    #expect(error?.description.contains(mention) == true, "\(String(describing: error))")
  }

  /// Doubles are what `double()` saves; they are rounded to the nearest float32.
  @Test func `weights in float64 are read`() throws {
    let values = [0.1, -2.5, 1e-30]
    var data = Data()
    for value in values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
    let header = #"{"score.weight":{"dtype":"F64","shape":[1,3],"data_offsets":[0,24]}}"#
    let folder = try TemporaryFolder()
    let path = try folder.file("head.safetensors", file(header: header, data: 0) + data)
    let head = try loadRewardHead(
      WeightReader(WeightFile(URL(filePath: path))), HeadContext(hiddenSize: 3))
    #expect((head as? LinearHead)?.weights == [values.map { Float($0) }])
  }

  @Test(arguments: [
    "_orig_mod.score.weight", "module.score.weight", "module._orig_mod.score.weight",
    "_fsdp_wrapped_module.score.weight", "score._checkpoint_wrapped_module.weight",
  ])
  func `what PyTorch's wrappers put into names is left out`(name: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(
      "head.safetensors", Safetensors.encode([(name, [1, 2], [3, 4])], metadata: [:]))
    let head = try loadRewardHead(
      WeightReader(WeightFile(URL(filePath: path))), HeadContext(hiddenSize: 2))
    #expect(head.outputs([1, 1]) == [7])
  }

  @Test func `whole numbers under a weight's name are named as what they are`() throws {
    let header = #"{"score.weight":{"dtype":"U8","shape":[2,1],"data_offsets":[0,2]}}"#
    let folder = try TemporaryFolder()
    let path = try folder.file("head.safetensors", file(header: header, data: 2))
    let reader = WeightReader(try WeightFile(URL(filePath: path)))
    let error = #expect(throws: TareError.self) { try reader["score.weight"].vector(2) }
    #expect(error?.description.contains("integers (U8)") == true)
  }

  @Test func `a file without a head is refused, never given one`() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).safetensors")
    try Safetensors.encode([("other", [2], [1, 2])], metadata: [:]).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let error = #expect(throws: TareError.self) {
      try loadRewardHead(WeightReader(WeightFile(url)), HeadContext(hiddenSize: 2))
    }
    #expect(error?.description.contains("no reward head") == true)
  }

  @Test func `a head of the wrong width names tensor and shapes`() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).safetensors")
    try Safetensors.encode([("score.weight", [1, 2], [1, 2])], metadata: [:]).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let error = #expect(throws: TareError.self) {
      try loadRewardHead(WeightReader(WeightFile(url)), HeadContext(hiddenSize: 3))
    }
    #expect(
      error?.description.contains("'score.weight': expected shape [1, 3], found shape [1, 2]")
        == true)
  }
}
