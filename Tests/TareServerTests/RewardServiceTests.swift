/// Many callers, one model: what waits is packed together, and nobody notices.
import Foundation
import TareCore
import TareRemote
import TareScoring
import TareServing
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(5))) struct RewardServiceTests {
  @Test func `a reward does not depend on what it was scored with`() async throws {
    let tiny = try TinyReward()
    let samples = try tiny.samples(24)
    let together = try await tiny.service.score(rendered: samples.map(\.text)).map(\.value)
    #expect(together == samples.map(\.reward))

    try await withThrowingTaskGroup { group in
      for sample in samples {
        group.addTask {
          let scores = try await tiny.service.score(rendered: [sample.text, samples[0].text])
          #expect(scores.map(\.value) == [sample.reward, samples[0].reward])
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func `texts that wait run together, one from each caller in turn`() async throws {
    let model = try WatchedModel(isHeld: true)
    let service = RewardService(model)
    async let first = service.score(rendered: ["first"])
    try await eventually { model.passes.count == 1 }
    async let long = service.score(rendered: ["a1", "a2", "a3"])
    try await eventually { service.waiting == 3 }
    async let short = service.score(rendered: ["b1"])
    try await eventually { service.waiting == 4 }
    model.release(2)
    #expect(try await first.map(\.value) == [5])
    #expect(try await long.map(\.value) == [2, 2, 2])
    #expect(try await short.map(\.value) == [2])
    #expect(model.passes == [["first"], ["a1", "b1", "a2", "a3"]])
    #expect(service.waiting == 0)
  }

  @Test func `a pass holds no more tokens than the budget, unless one text does`() async throws {
    // A byte is a token.
    let model = try WatchedModel(isHeld: true)
    let service = RewardService(model)
    async let first = service.score(rendered: ["first"])
    try await eventually { model.passes.count == 1 }
    let texts = (0..<30).map { number in
      "\(Character(Unicode.Scalar(UInt8(65 + number))))"
        + String(repeating: "x", count: 399 + number)
    }
    async let scores = service.score(rendered: texts)
    try await eventually { service.waiting == 30 }
    model.release(10)
    _ = try await first
    #expect(try await scores.map(\.value) == texts.map { Float($0.count) })
    #expect(model.passes.dropFirst().flatMap { $0 } == texts)
    #expect(
      model.passes.dropFirst().allSatisfy { $0.joined().utf8.count <= BatchPlan.rowBudget })
    #expect(model.passes.count == 5)
  }

  @Test func `what texts have in common fills a pass once`() async throws {
    let model = try WatchedModel(isHeld: true)
    let service = RewardService(model)
    async let first = service.score(rendered: ["first"])
    try await eventually { model.passes.count == 1 }
    // Together they are more than a pass computes.
    let texts = (0..<12).map { String(repeating: "x", count: 400) + "a\($0 % 10)" }
    async let scores = withThrowingTaskGroup(of: Int.self) { group in
      for text in texts {
        group.addTask { try await service.score(rendered: [text])[0].tokens }
      }
      return try await group.reduce(0, +)
    }
    try await eventually { service.waiting == texts.count }
    model.release(2)
    _ = try await first
    #expect(try await scores == 12 * 402)
    #expect(model.passes.map(\.count) == [1, 12])
    #expect(service.totals.tokens == 5 + 12 * 402)
    // "first", the start, its tenfold ends; two of the texts are there twice.
    #expect(service.totals.computed == 5 + 401 + 10)
    #expect(service.totals.seconds > 0)
  }

  @Test func `one text does not wait for another caller's thousand`() async throws {
    let model = try WatchedModel(isHeld: true)
    let service = RewardService(model)
    let many = Array(repeating: String(repeating: "x", count: 400), count: 1000)
    let crowd = Task { try await service.score(rendered: many) }
    try await eventually { service.waiting > 0 && model.passes.count == 1 }
    let waiting = service.waiting
    async let single = service.score(rendered: ["one"])
    try await eventually { service.waiting == waiting + 1 }
    model.release(2)
    #expect(try await single.map(\.value) == [3])
    #expect(model.passes[1].contains("one"))
    crowd.cancel()
    model.release(2)
    await #expect(throws: TareError.self) { try await crowd.value }
  }

  @Test func `a cancelled caller's texts are dropped`() async throws {
    let model = try WatchedModel(isHeld: true)
    let service = RewardService(model)
    async let first = service.score(rendered: ["first"])
    try await eventually { model.passes.count == 1 }
    let dropped = Task { try await service.score(rendered: ["dropped", "too"]) }
    try await eventually { service.waiting == 2 }
    async let kept = service.score(rendered: ["kept"])
    try await eventually { service.waiting == 3 }
    dropped.cancel()
    let error = await #expect(throws: TareError.self) { try await dropped.value }
    #expect(error?.exitCode == 130)
    #expect(service.waiting == 1)
    model.release(2)
    #expect(try await (first + kept).map(\.value) == [5, 4])
    #expect(model.passes == [["first"], ["kept"]])
  }

  @Test func `a caller whose texts are running when it is cancelled does not wait`() async throws {
    let model = try WatchedModel(isHeld: true)
    let service = RewardService(model)
    let running = Task { try await service.score(rendered: ["running"]) }
    try await eventually { model.passes.count == 1 }
    running.cancel()
    await #expect(throws: TareError.self) { try await running.value }
    model.release(2)
    #expect(try await service.score(rendered: ["next"]).map(\.value) == [4])
  }

  /// A task that is cancelled and one that is resumed each hold a lock that the other may want.
  @Test func `callers that leave as their rewards come stop nobody`() async throws {
    let service = RewardService(try WatchedModel())
    await withTaskGroup { group in
      for number in 0..<2000 {
        let caller = Task { try await service.score(rendered: ["text \(number)"]) }
        group.addTask { _ = try? await caller.value }
        group.addTask {
          for _ in 0..<(number % 7) { await Task.yield() }
          caller.cancel()
        }
      }
    }
    #expect(try await service.score(rendered: ["next"]).map(\.value) == [4])
  }

  @Test func `a text that fails does not fail those beside it`() async throws {
    let model = try WatchedModel(isHeld: true)
    let service = RewardService(model)
    async let first = service.score(rendered: ["first"])
    try await eventually { model.passes.count == 1 }
    let failing = Task { try await service.score(rendered: ["fine", "bad"]) }
    try await eventually { service.waiting == 2 }
    async let good = service.score(rendered: ["good"])
    try await eventually { service.waiting == 3 }
    // The first pass, the three together, each alone.
    model.release(5)
    #expect(try await (first + good).map(\.value) == [5, 4])
    let error = await #expect(throws: TareError.self) { try await failing.value }
    #expect(error == .fault("the score is nan"))
  }

  @Test func `a text that cannot be tokenized is named`() async throws {
    let service = RewardService(try WatchedModel())
    let error = await #expect(throws: TareError.self) {
      try await service.score(rendered: ["fine", ""])
    }
    #expect(error?.description.begins("text 1, text: expected …, found no tokens") == true)
    #expect(try await service.score(rendered: []).isEmpty)
  }

  @Test func `passes leave the threads of Swift's tasks free`() async throws {
    // More models hold their threads than there are threads for tasks.
    let models = try (0...ProcessInfo.processInfo.activeProcessorCount).map { _ in
      try WatchedModel(isHeld: true)
    }
    try await withThrowingTaskGroup { group in
      for model in models {
        group.addTask { _ = try await RewardService(model).score(rendered: ["held"]) }
      }
      try await eventually { models.allSatisfy { $0.passes.count == 1 } }
      for model in models { model.release() }
      try await group.waitForAll()
    }
  }
}
