import TareCore
import TareStore
import TareTesting
import Testing

@Suite struct StoreCalibrationTests {
  private let folder: TemporaryFolder
  private let store: Store
  private let run: Run
  private let items: [RunItem]

  init() throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.path())
    run = try store.scoredRun([pair("a"), pair("b")])
    items = try store.items(of: run)
  }

  private func save(_ scores: [CalibratedScore], method: String = "lowess") throws
    -> StoredCalibration
  {
    try store.saveCalibration(
      .object(["knots": .array([.double(0.1), .int(2)])]), method: method, scores: scores, of: run)
  }

  @Test func `calibrations come back in order with their scores`() throws {
    let scores = items.map { CalibratedScore(item: $0.id, value: 0.1 + 0.2, bias: -1.0 / 3) }
    let first = try save(scores)
    let second = try save(Array(scores.prefix(1)), method: "mean")
    #expect(try store.calibrations(of: run) == [first, second])
    #expect(first.artefact["knots"]?.array == [.double(0.1), .int(2)])
    #expect(second.method == "mean")
    let found = try store.calibratedScores(of: first)
    #expect(found == Dictionary(uniqueKeysWithValues: scores.map { ($0.item, $0) }))
    #expect(try store.calibratedScores(of: second).count == 1)
    #expect(try store.summary(of: run).calibrations == 2)
  }

  @Test(arguments: [Double.nan, .infinity])
  func `a value that is not finite is refused and nothing is kept`(value: Double) throws {
    let scores = [
      CalibratedScore(item: items[0].id, value: 1, bias: 1),
      CalibratedScore(item: items[1].id, value: value, bias: 1),
    ]
    let error = #expect(throws: TareError.self) { try save(scores) }
    #expect(error?.exitCode == 65)
    #expect(try store.calibrations(of: run) == [])
  }

  @Test func `a response of another run is refused`() throws {
    let other = try store.scoredRun(named: "other", [pair("a")])
    let foreign = try store.items(of: other)[0].id
    #expect(throws: TareError.self) { try save([.init(item: foreign, value: 1, bias: 0)]) }
    #expect(throws: TareError.self) {
      try save(Array(repeating: .init(item: items[0].id, value: 1, bias: 0), count: 2))
    }
    #expect(try store.calibrations(of: run) == [])
  }

  @Test func `evaluations come back in order`() throws {
    let calibration = try save([])
    let result: JSONValue = .object(["accuracy": .double(0.73)])
    try store.saveEvaluation(result, benchmark: "rewardbench", of: run)
    try store.saveEvaluation(.null, benchmark: "pairs", calibration: calibration, of: run)
    let found = try store.evaluations(of: run)
    #expect(found.map(\.benchmark) == ["rewardbench", "pairs"])
    #expect(found.map(\.calibration) == [nil, calibration.id])
    #expect(found[0].result == result)
  }

  @Test func `an evaluation of another run's calibration is refused`() throws {
    let other = try store.scoredRun(named: "other", [pair("a")])
    let calibration = try save([])
    #expect(throws: TareError.self) {
      try store.saveEvaluation(.null, benchmark: "pairs", calibration: calibration, of: other)
    }
  }
}
