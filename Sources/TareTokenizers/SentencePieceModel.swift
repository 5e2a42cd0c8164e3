/// A SentencePiece model file (`tokenizer.model`), as `sentencepiece_model.proto` describes it.
import TareCore

struct SentencePieceModel {
  /// The pieces' spellings, scores and kinds, by id.
  var pieces = Spellings()
  var scores: [Double] = []
  var types: [TokenType] = []
  /// `trainer_spec.model_type`: 1 is Unigram, 2 is BPE.
  var kind = 1
  var hasByteFallback = false
  var unknownID = 0
  var bosID = 1
  var eosID = 2
  var padID = -1
  /// `normalizer_spec`: the compiled rules, and what is done to spaces.
  var characterMap: [UInt8] = []
  var addsPrefix = true
  var removesExtraSpaces = true

  static let name = "tokenizer.model"

  /// - Throws: `TareError.badData` that says where in the file something is not what it must be.
  init(_ bytes: [UInt8]) throws(TareError) {
    var message = ProtobufMessage(bytes[...])
    while let (number, value) = try message.field() {
      switch number {
      case 1: try readPiece(value.message(SentencePieceModel.name))
      case 2: try readTrainer(value.message(SentencePieceModel.name))
      case 3: try readNormalizer(value.message(SentencePieceModel.name))
      default: break
      }
    }
    guard !scores.isEmpty else {
      throw .badData(place: Self.name, found: "no pieces", accepted: "a SentencePiece model")
    }
  }

  private mutating func readPiece(_ message: ProtobufMessage) throws(TareError) {
    var message = message
    var type = TokenType.normal
    var score = 0.0
    var spelling: ArraySlice<UInt8> = []
    while let (number, value) = try message.field() {
      switch (number, value) {
      case (1, .bytes(let bytes)): spelling = bytes
      case (2, .word(let bits)): score = Double(Float(bitPattern: bits))
      case (3, .integer(let number)):
        guard let known = Int(exactly: number).flatMap(TokenType.init) else {
          throw .badData(
            place: "\(Self.name), piece \(scores.count)", found: "the type \(number)",
            accepted: "1 to 6")
        }
        type = known
      default: break
      }
    }
    guard String(validating: spelling, as: UTF8.self) != nil, score.isFinite else {
      throw .badData(
        place: "\(Self.name), piece \(scores.count)", found: "broken text or a broken score",
        accepted: "UTF-8 and a number")
    }
    pieces.append { $0.append(contentsOf: spelling) }
    scores.append(score)
    types.append(type)
  }

  private mutating func readTrainer(_ message: ProtobufMessage) throws(TareError) {
    var message = message
    while let (number, value) = try message.field() {
      // Negative numbers, which say that there is no such token, are of 64 bits.
      guard case .integer(let bits) = value else { continue }
      let integer = Int(truncatingIfNeeded: Int64(bitPattern: bits))
      switch number {
      case 3: kind = integer
      case 35: hasByteFallback = integer != 0
      case 40: unknownID = integer
      case 41: bosID = integer
      case 42: eosID = integer
      case 43: padID = integer
      default: break
      }
    }
  }

  private mutating func readNormalizer(_ message: ProtobufMessage) throws(TareError) {
    var message = message
    while let (number, value) = try message.field() {
      switch (number, value) {
      case (2, .bytes(let bytes)): characterMap = Array(bytes)
      case (3, .integer(let flag)): addsPrefix = flag != 0
      case (4, .integer(let flag)): removesExtraSpaces = flag != 0
      default: break
      }
    }
  }
}
