/// `--calibration`: every answer goes through a saved calibration.
import Foundation
import Hummingbird
import TareCore
import TarePipeline
import TareScoring
import TareServer
import TareServing
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(5))) struct ServedCalibrationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A calibration that `tare calibrate` fits to scores of 0.5 for each unit of length and saves.
  private func calibration(
    _ covariates: [String] = ["length"], _ extra: (inout CalibrateSettings) -> Void = { _ in }
  ) throws -> String {
    var csv = "id,score,length,words,prompt_length,quality\n"
    for row in 0..<60 {
      csv += "\(row),\(Double(row % 20) * 0.5),\(row % 20),\(row % 7),\(row % 5),\(row % 3)\n"
    }
    let path = folder.path("calibration.json")
    var request = CalibrateRequest(
      source: ScoreSource(.file(try folder.file("s.csv", Data(csv.utf8)))))
    request.settings.method = "lowess"
    extra(&request.settings)
    request.covariates = covariates
    request.save = path
    _ = try Pipeline().calibrate(request)
    return path
  }

  /// What `tare calibrate --apply` makes of scores at lengths.
  private func applied(_ path: String, _ rows: [(score: Double, length: Int)]) throws -> [Double] {
    let csv =
      "id,score,length\n"
      + rows.enumerated().map { "\($0),\($1.score),\($1.length)\n" }.joined()
    var request = CalibrateRequest(
      source: ScoreSource(.file(try folder.file("a.csv", Data(csv.utf8)))))
    request.apply = path
    request.output = folder.path("out.csv")
    _ = try Pipeline().calibrate(request)
    let lines = try String(contentsOfFile: folder.path("out.csv"), encoding: .utf8)
      .split(separator: "\n")
    let column = try #require(lines[0].split(separator: ",").firstIndex(of: "calibrated"))
    return try lines.dropFirst().map { try #require(Double($0.split(separator: ",")[column])) }
  }

  @Test func `an answer is what calibrate makes of the score and the response's length`()
    async throws
  {
    let path = try calibration()
    let tiny = try TinyReward()
    let service = RewardService(tiny.service.model, calibration: try ServedCalibration(path))
    let conversations = (0..<6).map(TinyReward.conversation)
    let samples = try conversations.map(tiny.rendered)
    let wanted = try applied(
      path,
      zip(samples, conversations).map { (Double($0.reward), $1.length) })
    let texts = try await service.rewards(samples.map { .rendered($0.text) })
    #expect(texts.map(\.value) == wanted)
    #expect(texts.map { $0.score.value } == samples.map(\.reward))
    #expect(
      try await service.rewards(conversations.map { .conversation($0) }).map(\.value) == wanted)
    let tokens = try samples.map {
      ServedText.tokens(try service.model.tokenize(.rendered($0.text)).ids)
    }
    #expect(try await service.rewards(tokens).map(\.value) == wanted)
    #expect(wanted != samples.map { Double($0.reward) })
  }

  @Test func `the answer says that it is calibrated`() async throws {
    let tiny = try TinyReward()
    let service = RewardService(
      tiny.service.model, calibration: try ServedCalibration(try calibration()))
    let sample = try tiny.samples(1)[0]
    let request: JSONValue = ["query": [.string(sample.text)]]
    try await buildApplication(service).test(.router) { client in
      try await client.execute(
        uri: "/get_reward", method: .post, body: ByteBuffer(string: request.text())
      ) { response in
        let name = response.headers[.init("Tare-Calibration")!]
        #expect(name?.hasPrefix("lowess length ") == true)
        let logs = try JSONValue(parsing: String(buffer: response.body))["extra_logs"]
        #expect(logs?["raw_rewards"]?.array?.first?.double.map(Float.init) == sample.reward)
      }
      try await client.execute(uri: "/v1/models", method: .get) { response in
        #expect(String(buffer: response.body).contains(#""calibration":"lowess length "#))
      }
    }
  }

  @Test func `a given prompt tells where the response begins`() async throws {
    let path = try calibration()
    let tiny = try TinyReward()
    let service = RewardService(tiny.service.model, calibration: try ServedCalibration(path))
    let reward = try await service.rewards([
      .rendered("no template: 12345", prompt: "no template: ")
    ])
    #expect(reward.map(\.value) == (try applied(path, [(Double(reward[0].score.value), 5)])))
    let error = await #expect(throws: TareError.self) {
      try await service.rewards([.rendered("no template: 12345")])
    }
    #expect(
      error?.description.contains(
        "text 0, text: expected an assistant turn as the model's chat template writes it, for the calibration, found no assistant turn"
      ) == true)
  }

  @Test func `what cannot be counted on a response is refused at the start`() throws {
    let column = try calibration(["quality"])
    let error = #expect(throws: TareError.self) { try ServedCalibration(column) }
    #expect(error?.exitCode == 64)
    #expect(error?.description.contains("requires quality") == true)
    #expect(throws: TareError.self) { try ServedCalibration(folder.path("none.json")) }
    #expect(throws: TareError.self) {
      try ServedCalibration(try folder.file("bad.json", Data("{}".utf8)))
    }
  }
}
