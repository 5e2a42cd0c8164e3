/// Quantised folders: the numbers are those of each method's own implementation, and variants that are not
/// read are refused by name.
import Foundation
import TareCore
import TareEngine
import TareTesting
import Testing

@Suite struct PackedWeightsTests {
  static let cases: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: FamilyCase.root.path)) ?? []
    return names.filter {
      FileManager.default.fileExists(
        atPath: FamilyCase.root.appending(path: "\($0)/weights.safetensors").path)
    }.sorted()
  }()

  @Test func `there are cases of every method`() {
    for method in ["gptq", "awq", "ct", "bnb", "modelopt", "torchao", "mlx"] {
      #expect(Self.cases.contains { $0.hasPrefix("quant_\(method)") }, "\(method)")
    }
  }

  /// Value and scale are multiplied once; a zero point that is no whole number, a scale of a scale or a
  /// reciprocal is rounded once more: two units in the last place of the largest.
  @Test(arguments: cases)
  func `weights are those of the reference implementation`(name: String) throws {
    let folder = FamilyCase.root.appending(path: name)
    let reader = try WeightReader(ModelWeights(folder))
    let wanted = try WeightReader(WeightFile(folder.appending(path: "weights.safetensors")))
    for tensor in wanted.names {
      let shape = try #require(wanted[tensor].shape)
      let reference = try wanted[tensor].values(shaped: shape)
      let found = try reader[tensor].values(shaped: shape)
      let largest = reference.map(abs).max() ?? 0
      expectClose(found, reference, tolerance: largest * .ulpOfOne * 2)
    }
  }

  /// Keys and values of quantization_config that change the numbers.
  @Test(arguments: [
    ("quant_gptq4", #""checkpoint_format": "marlin""#, "'marlin'"),
    ("quant_gptq4", #""bits": 5"#, "bits"), ("quant_gptq4", #""bits": 8"#, "bits"),
    ("quant_gptq4", #""pack_dtype": "int16""#, "int16"),
    ("quant_gptq4", #""rotation": "hadamard""#, "hadamard"),
    ("quant_gptq4_borrow", #""meta": {}"#, "the code 15"),
    ("quant_awq", #""version": "gemv""#, "'gemv'"), ("quant_awq", #""bits": 3"#, "bits"),
    ("quant_awq", #""zero_point": false"#, "zero_point"),
    ("quant_ct_int4", #""format": "marlin-24""#, "marlin-24"),
    ("quant_ct_int4", #""transform_config": {"config_groups": {"R1": 1}}"#, "R1"),
    ("quant_ct_int4", #""sparsity_config": {"format": "sparse-24-bitmask"}"#, "sparse-24-bitmask"),
    ("quant_ct_int4", #""config_groups": {}"#, "no group"),
    ("quant_ct_int4", #""config_groups": {"a": {"weights": {"num_bits": 8}}}"#, "weight_packed"),
    (
      "quant_ct_int4", #""config_groups": {"a": {"weights": {"num_bits": 4, "symmetric": false}}}"#,
      "weight_zero_point"
    ),
    ("quant_modelopt_nvfp4", #""quant_algo": "W4A8_AWQ""#, "W4A8_AWQ"),
    ("quant_mlx4", #""mode": "mxfp4""#, "mode"), ("quant_mlx4", #""bits": 3"#, "bits"),
    ("quant_fp8_deepseek_v3", #""fmt": "e5m2""#, "e5m2"),
    ("quant_fp8_deepseek_v3", #""weight_block_size": [64, 64]"#, "one per block"),
    ("quant_fp8_deepseek_v3", #""weight_block_size": [0]"#, "two whole numbers"),
    ("quant_torchao_int4", #""quant_method": "gptq""#, "'gptq'"),
  ])
  func `a variant that is not read is refused by name`(
    name: String, change: String, mention: String
  ) throws {
    let folder = try copy(name)
    let file = folder.url.appending(path: "config.json")
    var object = try JSONValue(parsing: Array(Data(contentsOf: file))).object ?? [:]
    let key = object["quantization_config"] == nil ? "quantization" : "quantization_config"
    var settings = object[key]?.object ?? [:]
    let changes = try JSONValue(parsing: Array("{\(change)}".utf8)).object ?? [:]
    for (key, value) in changes.members { settings[key] = value }
    object[key] = .object(settings)
    try Data(JSONValue.object(object).text().utf8).write(to: file)
    let error = #expect(throws: TareError.self) { try ModelWeights(folder.url) }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains(mention) == true, "\(String(describing: error))")
  }

  /// A tensor that is missing, by its name.
  @Test(arguments: [
    ("quant_gptq4", "k_proj.qzeros"), ("quant_gptq4", "k_proj.scales"),
    ("quant_gptq4", "k_proj.g_idx"), ("quant_awq", "k_proj.qzeros"),
    ("quant_ct_int4", "k_proj.weight_scale"), ("quant_ct_int4", "k_proj.weight_shape"),
    ("quant_bnb_nf4", "k_proj.weight.absmax"), ("quant_bnb_nf4", "k_proj.weight.quant_map"),
    ("quant_bnb_nf4_nested", "k_proj.weight.nested_absmax"),
    ("quant_modelopt_nvfp4", "k_proj.weight_scale"), ("quant_torchao_int4", "k_proj._weight_scale"),
    ("quant_fp8_deepseek_v3", "kv_b_proj.weight_scale_inv"), ("quant_mlx4", "k_proj.scales"),
    ("quant_gpt_oss", "experts.down_proj_scales"),
  ])
  func `a part that is missing is named`(name: String, part: String) throws {
    let folder = try copy(name)
    let file = folder.url.appending(path: "model.safetensors")
    try rename(part, to: "other", in: file)
    let error = #expect(throws: TareError.self) { try ModelWeights(folder.url) }
    #expect(error?.description.contains(part) == true, "\(String(describing: error))")
  }

  @Test(arguments: ["quant_bnb_int8", "quant_gptq4", "quant_ct_nvfp4"])
  func `damaged headers are refused and never crash`(name: String) throws {
    let folder = try copy(name)
    let file = folder.url.appending(path: "model.safetensors")
    let data = try Data(contentsOf: file)
    let length = Int(data.prefix(8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
    var generator = SplitMix(state: 5)
    var refused = 0
    for _ in 0..<300 {
      var damaged = data
      for _ in 0..<3 {
        damaged[Int.random(in: 9..<(8 + length), using: &generator)] =
          UInt8.random(in: 48...57, using: &generator)
      }
      try damaged.write(to: file)
      do {
        _ = try ModelWeights(folder.url)
      } catch {
        refused += 1
      }
    }
    #expect(refused > 100)
  }

  private func copy(_ name: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for file in ["config.json", "model.safetensors"] {
      try FileManager.default.copyItem(
        at: FamilyCase.root.appending(path: "\(name)/\(file)"),
        to: folder.url.appending(path: file))
    }
    return folder
  }

  /// Gives the tensors whose names end so another ending.
  private func rename(_ ending: String, to other: String, in file: URL) throws {
    let data = try Data(contentsOf: file)
    let length = Int(data.prefix(8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
    let header = try JSONValue(parsing: Array(data.dropFirst(8).prefix(length))).object ?? [:]
    var changed = JSONObject()
    var count = 0
    for (name, value) in header.members {
      if name.hasSuffix(ending) { count += 1 }
      changed[name.hasSuffix(ending) ? name.dropLast(ending.count) + other : name] = value
    }
    #expect(count > 0)
    var text = Array(JSONValue.object(changed).text().utf8)
    text += Array(repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    var new = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
    new += Data(text) + data.dropFirst(8 + length)
    try new.write(to: file)
  }
}
