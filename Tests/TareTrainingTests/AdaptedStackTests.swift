import Foundation
import TareCore
import TareEngine
import TareTesting
import TareTraining
import Testing

/// Low-rank changes of decoder layers: what they give, and their gradients.
@Suite struct AdaptedStackTests {
  /// torch's numbers: Fixtures/adapter.py.
  struct Case: Sendable, CustomTestStringConvertible {
    let stack: AdaptedStack
    let states: [Float]
    /// Of the feature in the loss.
    let weights: [Float]
    let feature: [Double]
    /// [layer][place], nil where nothing is changed.
    let gradients: [[(a: [Double], b: [Double])?]]
    let testDescription: String
  }

  static func cases() throws -> [Case] {
    try OpenBLAS.require()
    let url =
      projectFolder
      .appending(path: "Tests/TareTrainingTests/Fixtures/adapter.json")
    let json = try JSONValue(parsing: Data(contentsOf: url))
    return try #require(json.array).map(made(of:))
  }

  private static func made(of json: JSONValue) throws -> Case {
    func numbers(_ value: JSONValue?) -> [Double] { (value?.array ?? []).compactMap(\.double) }
    func floats(_ value: JSONValue?) -> [Float] { numbers(value).map { Float($0) } }
    let head = try #require(json["head_dim"]?.int)
    let rank = try #require(json["rank"]?.int)
    let scale = Float(try #require(json["scale"]?.double))
    var layers: [AdaptedLayer] = []
    var gradients: [[(a: [Double], b: [Double])?]] = []
    for layer in try #require(json["layers"]?.array) {
      let entries = try #require(layer["linears"]?.array)
      let linears = try entries.map { entry in
        AdaptedLinear(
          inputs: try #require(entry["inputs"]?.int), outputs: try #require(entry["outputs"]?.int),
          weight: floats(entry["weight"]), bias: entry["bias"].map { floats($0) },
          change: entry["a"].map {
            .init(rank: rank, scale: scale, a: floats($0), b: floats(entry["b"]))
          })
      }
      layers.append(
        AdaptedLayer(
          attention: CausalAttention(
            heads: linears[0].outputs / head, groups: linears[1].outputs / head, headDim: head,
            scale: 1 / Float(head).squareRoot()),
          attentionNorm: RMSNorm(weight: floats(layer["attention_norm"]), epsilon: 1e-5),
          feedForwardNorm: RMSNorm(weight: floats(layer["feed_forward_norm"]), epsilon: 1e-5),
          linears: linears))
      gradients.append(
        entries.map { entry in
          entry["a_gradient"].map { (numbers($0), numbers(entry["b_gradient"])) }
        })
    }
    return Case(
      stack: AdaptedStack(
        layers: layers,
        finalNorm: RMSNorm(weight: floats(json["final_norm"]), epsilon: 1e-5),
        rotary: RotaryTable(
          RotarySpec(dim: head, base: try #require(json["base"]?.double)), positions: 16,
          length: 16)),
      states: floats(json["states"]), weights: floats(json["weights"]),
      feature: numbers(json["feature"]), gradients: gradients,
      testDescription: json["name"]?.string ?? "")
  }

  /// Products of up to 20 terms in two layers, in float32: some tens of roundings of 6e-8, of numbers that
  /// may cancel; 1e-5 of the largest of a tensor is asked for.
  @Test func `features and gradients are those of torch in float64`() throws {
    for one in try Self.cases() {
      let rows = one.states.count / one.stack.width
      let pass = one.stack.forward(one.states, reading: rows - 1)
      func expectNear(_ found: [Float], _ wanted: [Double], _ what: String) {
        let largest = wanted.map(abs).max() ?? 0
        #expect(largest > 0, "\(one) \(what)")
        expectClose(found.map(Double.init), wanted, tolerance: 1e-5 * max(largest, 1e-3))
      }
      expectNear(pass.feature, one.feature, "feature")
      let gradients = one.stack.backward(one.weights, pass)
      for layer in one.gradients.indices {
        for place in AdaptedLayer.Place.allCases {
          let found = gradients[layer][place.rawValue]
          let wanted = one.gradients[layer][place.rawValue]
          #expect((found == nil) == (wanted == nil))
          guard let found, let wanted else { continue }
          expectNear(found.a, wanted.a, "A of \(place) in layer \(layer)")
          expectNear(found.b, wanted.b, "B of \(place) in layer \(layer)")
        }
      }
    }
  }

  /// A step of h = 1e-2 along the gradient changes a loss of about 1 by h · |g|²; the neglected third
  /// derivative is of the order h², the rounding of the losses 1e-6 / h.
  @Test func `the loss changes along the gradient as the gradient says`() throws {
    for one in try Self.cases() {
      let rows = one.states.count / one.stack.width
      func loss(_ stack: AdaptedStack) -> Double {
        zip(stack.forward(one.states, reading: rows - 1).feature, one.weights)
          .reduce(0) { $0 + Double($1.0) * Double($1.1) }
      }
      let gradients = one.stack.backward(
        one.weights, one.stack.forward(one.states, reading: rows - 1))
      for layer in one.stack.layers.indices {
        for place in AdaptedLayer.Place.allCases {
          guard let gradient = gradients[layer][place.rawValue] else { continue }
          let squares = (gradient.a + gradient.b).reduce(0.0) { $0 + Double($1) * Double($1) }
          let step = Float(1e-2 / squares.squareRoot())
          func moved(_ sign: Float) -> AdaptedStack {
            var stack = one.stack
            var change = stack.layers[layer].linears[place.rawValue].change
            for i in gradient.a.indices { change?.a[i] += sign * step * gradient.a[i] }
            for i in gradient.b.indices { change?.b[i] += sign * step * gradient.b[i] }
            stack.layers[layer].linears[place.rawValue].change = change
            return stack
          }
          let slope = (loss(moved(1)) - loss(moved(-1))) / (2 * Double(step))
          #expect(abs(slope / squares - 1) < 5e-3, "\(one) \(layer) \(place): \(slope) \(squares)")
        }
      }
    }
  }

  @Test func `a change of nothing changes nothing, and its B alone has a gradient`() throws {
    let one = try #require(try Self.cases().first)
    let rows = one.states.count / one.stack.width
    var plain = one.stack
    var started = one.stack
    for layer in plain.layers.indices {
      for place in AdaptedLayer.Place.allCases {
        plain.layers[layer].linears[place.rawValue].change = nil
        let count = started.layers[layer].linears[place.rawValue].change?.b.count ?? 0
        started.layers[layer].linears[place.rawValue].change?.b = [Float](
          repeating: 0, count: count)
      }
    }
    let pass = started.forward(one.states, reading: rows - 1)
    #expect(pass.feature == plain.forward(one.states, reading: rows - 1).feature)
    for layer in started.backward(one.weights, pass) {
      for gradient in layer {
        let gradient = try #require(gradient)
        #expect(gradient.a.allSatisfy { $0 == 0 })
        #expect(gradient.b.contains { $0 != 0 })
      }
    }
  }

  /// What follows a row is not seen from it.
  @Test func `a row reads nothing behind it`() throws {
    for one in try Self.cases() {
      let width = one.stack.width
      let rows = one.states.count / width
      let whole = one.stack.forward(one.states, reading: rows - 2)
      let cut = one.stack.forward(Array(one.states.prefix((rows - 1) * width)), reading: rows - 2)
      expectClose(whole.feature.map(Double.init), cut.feature.map(Double.init), tolerance: 1e-6)
    }
  }
}
