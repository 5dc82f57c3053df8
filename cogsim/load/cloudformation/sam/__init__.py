"""APIs of the Serverless Application Model written out as CloudFormation, as its transform does before anything is
made: an API with its events becomes a definition, a deployment and stages. Functions stay what they are. Start with
`expansion`. # sam:transform"""
