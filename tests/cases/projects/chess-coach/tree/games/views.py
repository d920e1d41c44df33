import os
import uuid

import boto3
import numpy as np
import onnxruntime
from rest_framework.response import Response
from rest_framework.views import APIView

from . import store


def evaluate(board):
    path = '/tmp/value_net.onnx'
    if not os.path.exists(path):
        boto3.client('s3').download_file('chess-coach', 'nets/value_net.onnx', path)
    session = onnxruntime.InferenceSession(path)
    return float(session.run(None, {'x': np.asarray([board], np.float32)})[0][0][0])


class GameView(APIView):
    def post(self, request):
        key = uuid.uuid4().hex
        store.put(key, request.data['board'])
        return Response({'id': key}, status=201)


class MoveView(APIView):
    def post(self, request, pk):
        board = store.get(pk)
        if board is None:
            return Response({'detail': 'no such game'}, status=404)
        return Response({'value': evaluate(board)})
