/// Quantised models: packed weights are refused by the method's name, and others are remarked on.
import Foundation
import TareCore
import TareEngine
import TareTesting
import Testing

@Suite struct QuantizationTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let source = FamilyCase.root.appending(path: "llama")
    for name in ["config.json", "model.safetensors"] {
      try FileManager.default.copyItem(
        at: source.appending(path: name), to: folder.url.appending(path: name))
    }
  }

  private func setMethod(_ value: JSONValue) throws {
    let file = folder.url.appending(path: "config.json")
    var object = try JSONValue(parsing: Array(Data(contentsOf: file))).object ?? [:]
    object["quantization_config"] = value
    try Data(JSONValue.object(object).text().utf8).write(to: file)
  }

  /// One more tensor of whole numbers, before the file's own data.
  private func addPacked(_ name: String, _ type: String) throws {
    let file = folder.url.appending(path: "model.safetensors")
    let data = try Data(contentsOf: file)
    let length = Int(data.prefix(8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
    var header =
      try JSONValue(parsing: Array(data.dropFirst(8).prefix(length))).object ?? [:]
    header[name] = ["dtype": .string(type), "shape": [0, 4], "data_offsets": [0, 0]]
    var text = Array(JSONValue.object(header).text().utf8)
    text += Array(repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    var new = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
    new += Data(text) + data.dropFirst(8 + length)
    try new.write(to: file)
  }

  @Test(arguments: [
    (#"{"quant_method": "hqq", "bits": 4}"#, "hqq", "U8"),
    (#"{"quant_method": "aqlm"}"#, "aqlm", "I16"), (#"{"speed": 4}"#, "no method named", "I32"),
    (#"{"quant_method": "bitsandbytes", "load_in_4bit": true}"#, "bitsandbytes", "U8"),
    (#"{"load_in_8bit": true}"#, "bitsandbytes", "I8"),
    (#"{"quant_method": "fp8"}"#, "fp8", "I32"),
  ])
  func `packed weights that no method claims are refused by its name`(
    settings: String, method: String, type: String
  ) throws {
    try setMethod(try JSONValue(parsing: Array(settings.utf8)))
    try addPacked("model.layers.0.self_attn.q_proj.codes", type)
    let error = #expect(throws: TareError.self) { try ModelWeights(folder.url) }
    let text = error?.description ?? ""
    #expect(text.contains("'\(method)'") && text.contains(type), "\(text)")
    #expect(text.contains("quantization_config") && text.contains("dequantize"), "\(text)")
  }

  @Test func `weights that are not packed are remarked on, and masks are no weights`() throws {
    try addPacked("model.layers.0.attention.bias", "U8")
    try addPacked("model.position_ids", "I64")
    #expect(try ModelWeights(folder.url).remarks == [])
    try setMethod(["quant_method": "bitsandbytes"])
    let remarks = try ModelWeights(folder.url).remarks
    #expect(remarks.count == 1)
    #expect(remarks.first?.contains("'bitsandbytes'") == true)
  }

  @Test(arguments: [("fp8_tensor", true), ("fp8", false), ("quant_ct_int4", false)])
  func `quantized activations are remarked on`(name: String, isRemarked: Bool) throws {
    let remarks = try ModelWeights(FamilyCase.root.appending(path: name)).remarks
    #expect(remarks.contains { $0.contains("activations") } == isRemarked)
  }
}
