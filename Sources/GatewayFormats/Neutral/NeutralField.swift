// SPDX-License-Identifier: Apache-2.0

/// The fields of the neutral form by name, for reports: a report calls a field as the dialect does that it came in.
package enum NeutralField: String, Sendable, CaseIterable {
    case instructions, lateInstruction, participantName
    case tools, toolStrictness, customTool, hostedTool, toolChoice, parallelCalls, callID
    case maxOutputTokens
    case temperature, topP, topK, seed, presencePenalty, frequencyPenalty, stop, choices
    case logprobs, topLogprobs, logitBias
    case jsonObject, outputSchema
    case reasoning, reasoningShown, reasoningText, seal
    case endUser, metadata, serviceTier, cacheMark
    case image, imageURL, imageDetail, audio, video, document
    case resultError, resultMedia, refusal
    case textParts, partOrder

    /// What `format` calls the field; where it has none of the kind, what it is.
    package func name(in format: Format) -> String {
        switch format {
        case .openAIChat: chatName
        case .openAIResponses: responsesName
        case .anthropicMessages: messagesName
        case .gemini: geminiName
        case .bedrockConverse: converseName
        }
    }

    private var chatName: String {
        switch self {
        case .instructions, .lateInstruction: "messages[].role=system"
        case .participantName: "messages[].name"
        case .toolStrictness: "tools[].function.strict"
        case .customTool: "tools[].custom"
        case .hostedTool: "tools[].type"
        case .toolChoice: "tool_choice"
        case .parallelCalls: "parallel_tool_calls"
        case .callID: "messages[].tool_calls[].id"
        case .maxOutputTokens: "max_completion_tokens"
        case .topP: "top_p"
        case .topK: "top_k"
        case .presencePenalty: "presence_penalty"
        case .frequencyPenalty: "frequency_penalty"
        case .choices: "n"
        case .topLogprobs: "top_logprobs"
        case .logitBias: "logit_bias"
        case .jsonObject, .outputSchema: "response_format"
        case .reasoning: "reasoning_effort"
        case .reasoningText: "messages[].reasoning_content"
        case .seal: "messages[].reasoning_details"
        case .endUser: "user"
        case .serviceTier: "service_tier"
        case .cacheMark: "messages[].content[].cache_control"
        case .image, .imageURL: "messages[].content[].image_url"
        case .imageDetail: "messages[].content[].image_url.detail"
        case .audio: "messages[].content[].input_audio"
        case .document: "messages[].content[].file"
        case .video: "messages[].content[].video_url"
        case .resultError, .resultMedia: "messages[].role=tool"
        case .refusal: "messages[].refusal"
        case .textParts: "messages[].content"
        case .partOrder: "messages[].content[]"
        default: rawValue
        }
    }

    private var responsesName: String {
        switch self {
        case .instructions: "instructions"
        case .lateInstruction: "input[].role=system"
        case .toolStrictness: "tools[].strict"
        case .customTool: "tools[].type=custom"
        case .hostedTool: "tools[].type"
        case .toolChoice: "tool_choice"
        case .parallelCalls: "parallel_tool_calls"
        case .callID: "input[].call_id"
        case .maxOutputTokens: "max_output_tokens"
        case .topP: "top_p"
        case .topLogprobs, .logprobs: "top_logprobs"
        case .jsonObject, .outputSchema: "text.format"
        case .reasoning: "reasoning.effort"
        case .reasoningShown: "reasoning.summary"
        case .reasoningText, .seal: "input[].type=reasoning"
        case .endUser: "safety_identifier"
        case .serviceTier: "service_tier"
        case .image, .imageURL: "input[].content[].input_image"
        case .imageDetail: "input[].content[].detail"
        case .document: "input[].content[].input_file"
        case .refusal: "input[].content[].refusal"
        case .textParts: "input[].content"
        case .partOrder: "input[]"
        default: rawValue
        }
    }

    private var messagesName: String {
        switch self {
        case .instructions: "system"
        case .lateInstruction: "messages[].role=system"
        case .toolStrictness: "tools[].strict"
        case .hostedTool: "tools[].type"
        case .toolChoice: "tool_choice"
        case .parallelCalls: "tool_choice.disable_parallel_tool_use"
        case .callID: "messages[].content[].tool_use.id"
        case .maxOutputTokens: "max_tokens"
        case .topP: "top_p"
        case .topK: "top_k"
        case .stop: "stop_sequences"
        case .outputSchema: "output_config.format"
        case .reasoning: "thinking"
        case .reasoningShown: "thinking.display"
        case .reasoningText: "messages[].content[].thinking"
        case .seal: "messages[].content[].thinking.signature"
        case .endUser: "metadata.user_id"
        case .serviceTier: "service_tier"
        case .cacheMark: "cache_control"
        case .image, .imageURL: "messages[].content[].image"
        case .document: "messages[].content[].document"
        case .resultError: "messages[].content[].tool_result.is_error"
        case .resultMedia: "messages[].content[].tool_result.content"
        case .textParts: "messages[].content"
        case .partOrder: "messages[].content[]"
        default: rawValue
        }
    }

    private var geminiName: String {
        switch self {
        case .instructions: "systemInstruction"
        case .toolChoice: "toolConfig.functionCallingConfig"
        case .hostedTool: "tools[]"
        case .callID: "contents[].parts[].functionCall.id"
        case .maxOutputTokens: "generationConfig.maxOutputTokens"
        case .temperature, .topP, .topK, .seed, .presencePenalty, .frequencyPenalty: "generationConfig.\(rawValue)"
        case .stop: "generationConfig.stopSequences"
        case .choices: "generationConfig.candidateCount"
        case .logprobs: "generationConfig.responseLogprobs"
        case .topLogprobs: "generationConfig.logprobs"
        case .jsonObject: "generationConfig.responseMimeType"
        case .outputSchema: "generationConfig.responseJsonSchema"
        case .reasoning: "generationConfig.thinkingConfig"
        case .reasoningShown: "generationConfig.thinkingConfig.includeThoughts"
        case .reasoningText: "contents[].parts[].thought"
        case .seal: "contents[].parts[].thoughtSignature"
        case .metadata: "labels"
        case .serviceTier: "serviceTier"
        case .image, .audio, .video, .document: "contents[].parts[].inlineData"
        case .imageURL: "contents[].parts[].fileData"
        case .resultMedia: "contents[].parts[].functionResponse.parts"
        case .textParts: "contents[].parts"
        case .partOrder: "contents[].parts[]"
        default: rawValue
        }
    }

    private var converseName: String {
        switch self {
        case .instructions: "system"
        case .tools: "toolConfig.tools"
        case .toolStrictness: "toolConfig.tools[].toolSpec.strict"
        case .toolChoice: "toolConfig.toolChoice"
        case .callID: "messages[].content[].toolUse.toolUseId"
        case .maxOutputTokens: "inferenceConfig.maxTokens"
        case .temperature, .topP: "inferenceConfig.\(rawValue)"
        case .stop: "inferenceConfig.stopSequences"
        case .topK: "additionalModelRequestFields.top_k"
        case .outputSchema: "outputConfig.textFormat"
        case .reasoning: "additionalModelRequestFields.thinking"
        case .reasoningText: "messages[].content[].reasoningContent"
        case .seal: "messages[].content[].reasoningContent.reasoningText.signature"
        case .metadata: "requestMetadata"
        case .serviceTier: "serviceTier"
        case .cacheMark: "messages[].content[].cachePoint"
        case .image: "messages[].content[].image"
        case .document: "messages[].content[].document"
        case .video: "messages[].content[].video"
        case .resultError: "messages[].content[].toolResult.status"
        case .resultMedia: "messages[].content[].toolResult.content"
        case .textParts: "messages[].content"
        case .partOrder: "messages[].content[]"
        default: rawValue
        }
    }
}

extension LossReport {
    /// Notes the fate of a neutral field of a message that came in `origin`.
    package mutating func note(_ fate: Fate, _ field: NeutralField, of origin: Format, _ reason: String = "") {
        note(fate, field.name(in: origin), reason)
    }
}
