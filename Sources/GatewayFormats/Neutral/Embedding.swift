// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// A request for embeddings in no dialect's terms.
package struct EmbeddingRequest: Sendable, Equatable {
    /// What an embedding is made of.
    package enum Content: Sendable, Equatable {
        case text(JSONString)
        /// An array of the identifiers of tokens, of the model's own tokenizer.
        case tokens(JSONFragment)
        /// Several parts that get one embedding together.
        case parts([Part])
    }

    /// What gets one embedding.
    package struct Input: Sendable, Equatable {
        package var content: Content
        /// What the embedding is for, in the dialect's word, such as `RETRIEVAL_DOCUMENT`.
        package var purpose: JSONString?
        /// Of a document.
        package var title: JSONString?
        package var extras: Extras

        package init(_ content: Content, purpose: JSONString? = nil, title: JSONString? = nil, extras: Extras) {
            self.content = content
            self.purpose = purpose
            self.title = title
            self.extras = extras
        }
    }

    /// How the answer writes its vectors.
    package enum Encoding: String, Sendable, CaseIterable {
        case float, base64
    }

    /// The model, as the next reader is to see it; empty where the path tells it.
    package var model: JSONString
    package var inputs: [Input]
    /// How long the vectors are to be; nil leaves it to the model.
    package var dimensions: Int64?
    /// Nil is `float`.
    package var encoding: Encoding?
    package var endUser: JSONString?
    package var extras: Extras

    package init(model: JSONString, inputs: [Input], extras: Extras) {
        self.model = model
        self.inputs = inputs
        self.extras = extras
    }
}

/// Embeddings in no dialect's terms.
package struct EmbeddingAnswer: Sendable, Equatable {
    package var model: JSONString
    /// In the order of the inputs.
    package var vectors: [EmbeddingVector]
    /// The input tokens; nil when the provider does not tell.
    package var usage: Usage?
    package var extras: Extras

    package init(model: JSONString, vectors: [EmbeddingVector], usage: Usage?, extras: Extras) {
        self.model = model
        self.vectors = vectors
        self.usage = usage
        self.extras = extras
    }
}

/// One embedding, as it was written.
package enum EmbeddingVector: Sendable, Equatable {
    /// An array of numbers.
    case numbers(JSONFragment)
    /// Base64 of numbers of 32 bits each, their lowest byte first.
    case base64(JSONString)

    /// As an array of numbers; nil when it is no vector of finite numbers.
    package var numbers: JSONFragment? {
        switch self {
        case .numbers(let numbers): return numbers
        case .base64(let text):
            guard let bytes = Base64.decode(text), bytes.count % 4 == 0 else { return nil }
            var output = [UInt8(ascii: "[")]
            output.reserveCapacity(bytes.count * 3)
            for start in stride(from: 0, to: bytes.count, by: 4) {
                let bits = (0..<4).reduce(0 as UInt32) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
                let number = Float(bitPattern: bits)
                guard number.isFinite else { return nil }
                if start > 0 { output.append(UInt8(ascii: ",")) }
                output.append(contentsOf: number.description.utf8)
            }
            output.append(UInt8(ascii: "]"))
            return JSONFragment(output[...])
        }
    }

    /// As base64; nil when it is no array of numbers that fit into 32 bits.
    package func base64(_ scanner: JSONScanner) -> JSONString? {
        switch self {
        case .base64(let text): return text
        case .numbers(let numbers):
            guard let root = try? scanner.parse(Array(numbers.bytes)).root, root.kind == .array else { return nil }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(numbers.bytes.count / 2)
            for element in root.elements {
                guard let text = element.number?.text, let number = Float(text), number.isFinite else { return nil }
                withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
            }
            return Base64.encode(bytes)
        }
    }
}
